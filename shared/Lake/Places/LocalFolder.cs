using Pipeline.Artifacts;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Places;

/// <summary>A folder of this machine, or one that is mounted.</summary>
/// <param name="name">How errors call it.</param>
public sealed class LocalFolder(string folder, string name) : ILakeFolder
{
    public LocalFolder(string folder) : this(folder, folder)
    {
    }

    public string Name => name;

    /// <summary>Where a place of a mounted location lies; symbolic links on the way are not followed.</summary>
    /// <exception cref="PipelineException">There is such a link.</exception>
    public static string PathOf(LakePath place)
    {
        var path = place.Location.Folder!;
        foreach (var segment in place.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.Combine(path, segment);
            if (new DirectoryInfo(path).LinkTarget is not null)
            {
                throw new PipelineException(
                    $"'{place.Url}' leads over a symbolic link, '{path}'; the folder must lie in the location itself.");
            }
        }

        return path;
    }

    public string NameOf(string path) => Path.Combine(name, path);

    public Task<LakeFolderState> StateAsync(CancellationToken cancellation = default) => Task.FromResult(
        Directory.Exists(folder) ? LakeFolderState.Folder : File.Exists(folder) ? LakeFolderState.File : LakeFolderState.Missing);

    public IAsyncEnumerable<LakeFile> FilesAsync(LakeContent content, CancellationToken cancellation = default) =>
        FolderListing.Files(folder, DateTime.UtcNow, content).ToAsyncEnumerable();

    public IAsyncEnumerable<LakeEntry> EntriesAsync(string path, CancellationToken cancellation = default) =>
        FolderListing.Entries(Path.Combine(folder, path)).ToAsyncEnumerable();

    /// <exception cref="PipelineException">It is a pipe, a socket or a device: reading one may never end.</exception>
    public Task<bool> HasFileAsync(string path, CancellationToken cancellation = default)
    {
        var file = new FileInfo(Path.Combine(folder, path));
        var isThere = file is { Exists: true, LinkTarget: null };
        return isThere && file.Length == 0 && SpecialFile.Of(file.FullName) is { } kind
            ? throw new PipelineException($"'{NameOf(path)}' is {kind}; it must be a file.")
            : Task.FromResult(isThere);
    }

    public Task<Stream> OpenReadAsync(string path, CancellationToken cancellation = default) => Task.FromResult<Stream>(
        new FileStream(Path.Combine(folder, path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
}

/// <summary>Brings a list that may be longer than memory into ordinal order: sorted runs in temporary files, merged when read. Storage
/// promises an order of its own at most, by the bytes of UTF-8 or by folders.</summary>
internal sealed class SortedFiles : IDisposable
{
    /// <summary>Files in memory at a time: some ten megabytes.</summary>
    private const int RunLength = 50_000;

    private readonly List<Spool<LakeFile>> _runs = [];
    private readonly List<LakeFile> _run = [];

    public void Add(LakeFile file)
    {
        _run.Add(file);
        if (_run.Count == RunLength)
            Spill();
    }

    /// <summary>Reads once; nothing can be added after that.</summary>
    public IEnumerable<LakeFile> InOrder()
    {
        Sort();
        var runs = new PriorityQueue<IEnumerator<LakeFile>, string>(StringComparer.Ordinal);
        foreach (var run in _runs.Select(run => run.Items()).Append(_run))
            Return(run.GetEnumerator());

        while (runs.TryDequeue(out var first, out _))
        {
            yield return first.Current;
            Return(first);
        }

        void Return(IEnumerator<LakeFile> run)
        {
            if (run.MoveNext())
                runs.Enqueue(run, run.Current.Path);
            else
                run.Dispose();
        }
    }

    public void Dispose() => _runs.ForEach(run => run.Dispose());

    private void Sort() => _run.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));

    private void Spill()
    {
        Sort();
        var spool = new Spool<LakeFile>();
        _runs.Add(spool);
        _run.ForEach(file => spool.Add(file));
        _run.Clear();
    }
}
