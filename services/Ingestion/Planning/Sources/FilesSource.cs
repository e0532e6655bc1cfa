using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Decoding;
using Pipeline.Lake.Containers;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>Files that hold what is wanted, or containers of such. What is known of each is kept in a temporary file, so that memory does not grow with the lake.</summary>
public sealed class FilesSource(ILakeFolder folder, IFileLabels labels, LayoutRules rules, KnownFiles known, IngestionOptions options, string modality) : ILakeSource
{
    private const int ReportEvery = 1000;

    /// <summary>Raised when the same containers would give other items.</summary>
    private const int ContainerFormat = 3;

    private readonly LakeContent _content = LakeContents.Of(modality);
    private readonly Spool<SourceItem> _items = new();
    private readonly Spool<KnownFile> _read = new();
    private readonly LabelledItems _labelled = new(rules.Labels);
    private bool _hasContainers;
    private long _links;

    /// <summary>Where all chunks have their parts.</summary>
    private IReadOnlyList<PlannedChunk>? _cut;

    public string Layout => _hasContainers ? "containers" : "files";

    public bool HasFiles => true;

    public async Task<string> FingerprintAsync(EagerImport? eager = null, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var fingerprint = new Fingerprint();
        foreach (var (path, bytes, sha256) in labels.Files)
        {
            fingerprint.Add(path, bytes, sha256);
        }

        if (labels.Layout.Length > 0)
        {
            fingerprint.Add(labels.Layout, 0, null);
        }

        HashSet<string> tables = [.. labels.Files.Select(file => file.Path)];
        var files = known.JoinAsync(folder.FilesAsync(_content, cancellation).Where(file => IsFollowed(file) && !tables.Contains(file.Path)), cancellation);
        await foreach (var (item, version, decoded) in ReadAhead.InOrderAsync(files, options.ReadAhead, options.ReadAheadBytes, HeldBytes, (file, token) => ReadAsync(file, eager, token), cancellation))
        {
            if (item.Sha256 is not null)
            {
                _read.Add(new KnownFile(item.Path, version ?? "", item.Bytes, item.Sha256, item.Container));
            }

            fingerprint.Add(item.Path, item.Bytes, item.Sha256);
            var (labelled, line) = Add(item);
            if (eager is not null)
            {
                await eager.AddAsync(labelled, line, decoded, cancellation);
            }

            if (_items.Count % ReportEvery == 0)
            {
                progress?.Report(new IngestionProgress("reading", _items.Count, null));
            }
        }

        if (_items.Count == 0)
        {
            throw new PipelineException(_links == 0
                ? $"'{folder.Name}' holds no files to import. {LakeSources.ValidOf(modality)}"
                : $"'{folder.Name}' holds no files to import: {_links} symbolic links are not followed; copy the files, or mount their folder.");
        }

        if (_hasContainers)
        {
            // The same archive within other limits holds other images.
            fingerprint.Add($"{ContainerFormat} {options.MaxMembers} {options.MaxUnpackedBytes} {options.MaxUnpackedRatio} {options.MaxRowGroupBytes} {options.MaxNameLength}", 0, null);
        }

        if (eager is not null)
        {
            await eager.FinishAsync(cancellation);
            _cut = eager.Chunks;
        }

        await known.ReplaceAsync(_read, cancellation);
        return fingerprint.Finish();

        long HeldBytes(FoundFile file) => eager?.Takes(file) == true ? file.File.Bytes : 0;
    }

    public async Task<SourcePlan> PlanAsync(IArtifactStore store, string root, ChunkLimits limits, PartNames parts, CancellationToken cancellation = default)
    {
        var chunks = _cut ?? await CutAsync(new ChunkCutter(store, root, limits, parts), cancellation);
        return new SourcePlan(chunks, _labelled.Classes, _labelled.Supplied, [.. labels.Rejections(), .. _labelled.Rejections], [.. labels.Findings(), .. _labelled.Findings]);
    }

    public void Dispose()
    {
        _items.Dispose();
        _read.Dispose();
    }

    private async Task<IReadOnlyList<PlannedChunk>> CutAsync(ChunkCutter cutter, CancellationToken cancellation)
    {
        using var chunks = cutter;
        foreach (var item in _items.Items())
        {
            if (item.Container is null)
            {
                await chunks.AddAsync(item, null, cancellation);
            }
            else
            {
                await using var copy = await CopyAsync(item, cancellation);
                await new ContainerImport(labels, rules, new UnpackBudget(options, item.Bytes, _content), chunks, _labelled).AddAsync(item, FileRange.Of(copy), cancellation);
            }
        }

        return await chunks.FinishAsync(cancellation);
    }

    private bool IsFollowed(LakeFile file)
    {
        if (file.IsLink)
        {
            _links++;
            _labelled.Add(new Finding(WarningCode.LinksNotFollowed, 1, Detail: $"'{file.Path}'"));
        }

        return !file.IsLink;
    }

    private (SourceItem Labelled, ReadOnlyMemory<byte> Line) Add(SourceItem item)
    {
        _hasContainers |= item.Container is not null;
        var (label, split) = item is { Rejection: null, Container: null } ? labels.Find(item.Path) : default;
        var labelled = _labelled.Add(item with { Label = label, Split = split });
        return (labelled, _items.Add(labelled));
    }

    private async Task<(SourceItem Item, string? Version, ReadItem? Decoded)> ReadAsync(FoundFile found, EagerImport? eager, CancellationToken cancellation)
    {
        var (file, same, _) = found;
        if (file.Rejection is { } rejection)
        {
            return (new SourceItem(file.Path, 0, null, null, null, rejection, file.Detail), null, null);
        }

        if (same is not null)
        {
            return (new SourceItem(file.Path, same.Bytes, same.Sha256, null, null, Container: same.Container), file.Version, null);
        }

        try
        {
            if (eager?.Takes(found) == true && await ReadWholeAsync(file, cancellation) is var (whole, content))
            {
                return (whole, file.Version, await eager.DecodeAsync(whole, content, cancellation));
            }

            await using var stream = await folder.OpenReadAsync(file.Path, cancellation);
            var (bytes, sha256, container) = await Fingerprint.WithKindAsync(stream, cancellation);
            return (new SourceItem(file.Path, bytes, sha256, null, null, Container: container), file.Version, null);
        }
        catch (Exception error) when (error is (IOException or UnauthorizedAccessException) and not LakeUnavailableException)
        {
            return (new SourceItem(file.Path, 0, null, null, null), file.Version, null);
        }
    }

    /// <returns>Null where it is not as long as it was when it was listed, or is a container.</returns>
    private async Task<(SourceItem Item, ArraySegment<byte> Content)?> ReadWholeAsync(LakeFile file, CancellationToken cancellation)
    {
        var content = FileBuffers.Rent(checked((int)file.Bytes));
        await using var stream = await folder.OpenReadAsync(file.Path, cancellation);
        if (!await FileBuffers.FillAsync(content, stream, cancellation) || ContainerKinds.Of(content.AsSpan(0, Math.Min(content.Count, ContainerKinds.HeadBytes))) is not null)
        {
            FileBuffers.Return(content);
            return null;
        }

        return (new SourceItem(file.Path, content.Count, Convert.ToHexStringLower(SHA256.HashData(content)), null, null), content);
    }

    /// <exception cref="PipelineException">It is not what it was when it was fingerprinted.</exception>
    private async Task<FileStream> CopyAsync(SourceItem item, CancellationToken cancellation)
    {
        var copy = TemporaryFile.Create();
        await using (var stream = await folder.OpenReadAsync(item.Path, cancellation))
        {
            await stream.CopyToAsync(copy, cancellation);
        }

        copy.Position = 0;
        if ((await Fingerprint.OfAsync(copy, cancellation)).Sha256 == item.Sha256)
        {
            return copy;
        }

        await copy.DisposeAsync();
        await known.ForgetAsync(cancellation);
        throw new PipelineException($"'{folder.NameOf(item.Path)}' has changed while its import was planned. Request the run again, once nobody writes to the files.");
    }
}
