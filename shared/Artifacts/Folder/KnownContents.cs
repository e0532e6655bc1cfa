using System.Collections.Concurrent;
using Pipeline.Contracts;

namespace Pipeline.Artifacts.Folder;

/// <summary>
/// Contents that need not be held against their digest again as long as their file is the same: those that this process has checked, and of those that it has written, of whose very bytes
/// the digest was made, the latest.
/// </summary>
internal sealed class KnownContents
{
    /// <summary>Half a kilobyte of memory each.</summary>
    private const int MostWritten = 4096;

    private readonly ConcurrentDictionary<(ArtifactReference Reference, string ETag), bool> _known = new();
    private readonly ConcurrentQueue<(ArtifactReference Reference, string ETag)> _written = new();

    public bool Contains((ArtifactReference Reference, string ETag) content) => _known.ContainsKey(content);

    public void AddChecked((ArtifactReference Reference, string ETag) content) => _known[content] = true;

    public void AddWritten((ArtifactReference Reference, string ETag) content)
    {
        _known[content] = true;
        _written.Enqueue(content);
        if (_written.Count > MostWritten && _written.TryDequeue(out var oldest))
        {
            _known.TryRemove(oldest, out _);
        }
    }
}
