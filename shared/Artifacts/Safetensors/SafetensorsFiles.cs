namespace Pipeline.Artifacts.Safetensors;

/// <summary>A list of safetensors files of which only some are open at a time: a file is fetched and mapped when it is first read, and the
/// one whose last use is longest ago makes room. A span is valid until the next file is opened. For one thread at a time.</summary>
/// <param name="limit">Maximum number of open files; each takes a map and a handle, of which a process has 65,530 and often 1,024.</param>
public sealed class SafetensorsFiles(IArtifactStore store, IReadOnlyList<ArtifactReference> files, int limit = 128) : IDisposable
{
    private readonly SafetensorsFile?[] _files = new SafetensorsFile?[files.Count];
    private readonly long[] _lastUse = new long[files.Count];
    private readonly List<int> _open = [];
    private long _uses;

    /// <summary>How many files are open now.</summary>
    public int Open => _open.Count;

    /// <exception cref="ArtifactNotFoundException">The file is gone.</exception>
    /// <exception cref="PipelineException">The file is damaged.</exception>
    public SafetensorsFile this[int number]
    {
        get
        {
            _lastUse[number] = ++_uses;
            return _files[number] ??= Fetch(number);
        }
    }

    public void Dispose()
    {
        _open.ForEach(Close);
        _open.Clear();
    }

    private SafetensorsFile Fetch(int number)
    {
        // Samples are read where a batch is assembled, on a thread that may wait. The store's continuations must not wait for that thread.
        var file = SafetensorsFile.Open(Task.Run(() => store.MaterializeAsync(files[number])).GetAwaiter().GetResult());
        if (_open.Count == limit)
        {
            var oldest = _open.MinBy(open => _lastUse[open]);
            Close(oldest);
            _open.Remove(oldest);
        }

        _open.Add(number);
        return file;
    }

    private void Close(int number)
    {
        _files[number]!.Dispose();
        _files[number] = null;
    }
}
