namespace Pipeline.Contracts;

/// <summary>Names an artifact in the store. Messages and manifests carry references, never bytes.</summary>
/// <param name="Key">Where it lies: segments of letters, digits, '.', '_' and '-', joined by '/'.</param>
/// <param name="Digest">SHA-256 of its bytes: <c>sha256:</c> and 64 lower-case hex digits.</param>
/// <param name="Bytes">Its length.</param>
public sealed record ArtifactReference(string Key, string Digest, long Bytes);
