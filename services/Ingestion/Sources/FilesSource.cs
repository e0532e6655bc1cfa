using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Importing;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Sources;

/// <summary>A file an image. What is known of each is kept in a temporary file, so that memory does not grow with the lake.</summary>
/// <param name="reads">Files that are read at a time.</param>
public sealed class FilesSource(ILakeFolder folder, IFileLabels labels, KnownFiles known, int reads) : ILakeSource
{
    private const int ReportEvery = 1000;

    private readonly Spool<SourceItem> _items = new();
    private readonly Spool<KnownFile> _read = new();
    private readonly SortedSet<string> _classes = new(StringComparer.Ordinal);
    private readonly SortedSet<Split> _supplied = [];

    public string Layout => "files";

    public async Task<string> FingerprintAsync(IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var fingerprint = new Fingerprint();
        foreach (var (path, bytes, sha256) in labels.Files)
        {
            fingerprint.Add(path, bytes, sha256);
        }

        var files = known.JoinAsync(folder.FilesAsync(cancellation), cancellation);
        await foreach (var (item, version) in ReadAhead.InOrderAsync(files, reads, long.MaxValue, _ => 0, ReadAsync, cancellation))
        {
            if (version is not null && item.Sha256 is not null)
            {
                _read.Add(new KnownFile(item.Path, version, item.Bytes, item.Sha256));
            }

            fingerprint.Add(item.Path, item.Bytes, item.Sha256);
            Add(item);
            if (_items.Count % ReportEvery == 0)
            {
                progress?.Report(new IngestionProgress("reading", _items.Count, null));
            }
        }

        if (_items.Count == 0)
        {
            throw new PipelineException($"'{folder.Name}' holds no files to import. {LakeSources.Valid}");
        }

        await known.ReplaceAsync(_read.Lines().Select(line => line.Item), cancellation);
        return fingerprint.Finish();
    }

    public async Task<SourcePlan> PlanAsync(IArtifactStore store, string root, ChunkLimits limits, CancellationToken cancellation = default)
    {
        var chunks = new List<PlannedChunk>();
        var lines = new List<string>();
        var first = 0;
        var bytes = 0L;
        foreach (var (line, item) in _items.Lines())
        {
            if (lines.Count == limits.MostItems || (lines.Count > 0 && bytes + item.Bytes > limits.Bytes))
            {
                await CutAsync();
            }

            lines.Add(line);
            bytes += item.Bytes;
        }

        await CutAsync();
        return new SourcePlan(chunks, [.. _classes], [.. _supplied], [.. labels.Rejections()]);

        async Task CutAsync()
        {
            var put = await store.CreateAsync($"{root}/items/{chunks.Count:d5}.jsonl", (stream, token) => WriteAsync(stream, lines, token), cancellation);
            chunks.Add(new FilesChunk(first, lines.Count, put.Reference));
            first += lines.Count;
            bytes = 0;
            lines.Clear();
        }
    }

    public void Dispose()
    {
        _items.Dispose();
        _read.Dispose();
    }

    private static async Task WriteAsync(Stream stream, List<string> lines, CancellationToken cancellation)
    {
        await using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        foreach (var line in lines)
        {
            await writer.WriteLineAsync(line.AsMemory(), cancellation);
        }
    }

    private void Add(SourceItem item)
    {
        var (label, split) = item.Rejection is null ? labels.Find(item.Path) : default;
        if (label is not null)
        {
            _classes.Add(label);
        }

        if (split is { } supplied)
        {
            _supplied.Add(supplied);
        }

        _items.Add(item with { Label = label, Split = split });
    }

    private async Task<(SourceItem Item, string? Version)> ReadAsync((LakeFile File, KnownFile? Known) found, CancellationToken cancellation)
    {
        var (file, same) = found;
        if (!file.Safe)
        {
            return (new SourceItem(file.Path, 0, null, null, null, RejectionReason.UnsafeName), null);
        }

        var (bytes, sha256) = same is null ? await TryReadAsync(file.Path, cancellation) : (same.Bytes, same.Sha256);
        return (new SourceItem(file.Path, bytes, sha256, null, null), file.Version);
    }

    private async Task<(long Bytes, string? Sha256)> TryReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await Fingerprint.OfFileAsync(folder, path, cancellation);
        }
        catch (Exception error) when (error is (IOException or UnauthorizedAccessException) and not LakeUnavailableException)
        {
            return (0, null);
        }
    }
}
