namespace Pipeline.Artifacts.Blob;

/// <summary>
/// What a blob says of itself: the digest of its bytes, so that nobody has to download it to know, and which write made it, so that a write
/// whose answer was lost knows itself again.
/// </summary>
internal static class BlobMetadata
{
    private const string DigestName = "sha256";
    private const string WriteName = "write";

    public static Dictionary<string, string> New(string digest) => new()
    {
        [DigestName] = digest[Artifacts.Digest.Prefix.Length..],
        [WriteName] = Guid.NewGuid().ToString("n"),
    };

    /// <summary>Null on a blob that something else than this store wrote.</summary>
    public static string? Digest(IDictionary<string, string> metadata) =>
        metadata.TryGetValue(DigestName, out var hex) && Artifacts.Digest.IsValid(Artifacts.Digest.Prefix + hex) ? Artifacts.Digest.Prefix + hex : null;

    public static bool IsSameWrite(IDictionary<string, string> one, IDictionary<string, string> other) =>
        one.TryGetValue(WriteName, out var write) && other.TryGetValue(WriteName, out var otherWrite) && write == otherWrite;
}
