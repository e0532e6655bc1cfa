namespace Pipeline.Artifacts;

/// <summary>Where all data lies: named, immutable byte strings. A key is 1 to 512 characters: segments of at most 255 letters (A to Z),
/// digits, <c>.</c>, <c>_</c> and <c>-</c> that do not start with a dot, joined by <c>/</c>; any other key is refused with
/// <see cref="ArgumentException"/>, so none can leave the root. All writes are atomic: a reader sees the whole artifact or none, also after
/// a kill in the middle of a write.</summary>
public interface IArtifactStore
{
    /// <summary>Writes an artifact unless the key is taken. Of several writers of one key, exactly one creates it.</summary>
    /// <param name="write">Writes the content; the stream can only be written forward. If it throws, nothing is left.</param>
    /// <returns>What is in the store now, and whether this call put it there.</returns>
    Task<PutResult> CreateAsync(string key, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation = default);

    /// <summary>Null when there is none.</summary>
    Task<ArtifactInfo?> FindAsync(string key, CancellationToken cancellation = default);

    /// <exception cref="ArtifactNotFoundException">There is none.</exception>
    Task<Stream> OpenReadAsync(string key, CancellationToken cancellation = default);

    /// <summary>Reads <paramref name="length"/> bytes from <paramref name="offset"/>.</summary>
    /// <exception cref="ArtifactNotFoundException">There is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie within the artifact.</exception>
    Task<Stream> OpenRangeAsync(string key, long offset, long length, CancellationToken cancellation = default);

    /// <summary>A local file with the bytes, to be read or mapped, never written. Its digest is checked once per process.</summary>
    /// <exception cref="ArtifactNotFoundException">There is none.</exception>
    /// <exception cref="PipelineException">Its bytes are not those of the reference: the store is damaged.</exception>
    Task<string> MaterializeAsync(ArtifactReference reference, CancellationToken cancellation = default);

    /// <summary>Artifacts whose key starts with the prefix (whole segments), in ordinal order of their keys.</summary>
    IAsyncEnumerable<ArtifactInfo> ListAsync(string prefix, CancellationToken cancellation = default);

    /// <returns>False when there was none.</returns>
    Task<bool> DeleteAsync(string key, CancellationToken cancellation = default);

    /// <summary>Asks once, for a few seconds at most, whether the store is there and could be written to: cheap enough for a readiness
    /// probe.</summary>
    /// <exception cref="StoreUnavailableException">It gives no answer.</exception>
    /// <exception cref="PipelineException">It answers that it cannot be used.</exception>
    Task CheckAsync(CancellationToken cancellation = default);
}

/// <param name="Reference">What is in the store under the key: the content of this call, which created it, or of an earlier writer.</param>
public sealed record PutResult(ArtifactReference Reference, bool Created);

public sealed record ArtifactInfo(string Key, long Bytes, DateTimeOffset Modified);

/// <summary>There is no artifact under the key.</summary>
public sealed class ArtifactNotFoundException(string key) : Exception($"There is no artifact '{key}' in the store.");

/// <summary>The artifact was deleted and created anew while it was read.</summary>
public sealed class ArtifactConflictException(string key) : Exception($"The artifact '{key}' changed while it was read.");
