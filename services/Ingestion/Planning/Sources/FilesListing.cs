using Pipeline.Artifacts;
using Pipeline.Lake.Containers;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>The files of a folder as they were read. Items are spooled to disk, so that memory does not grow with the lake.</summary>
internal sealed class FilesListing : ISourceListing
{
    /// <summary>Raised when the same containers would give other items.</summary>
    private const int ContainerFormat = 3;

    private readonly FilesSource _source;
    private readonly Spool<SourceItem> _items = new();
    private readonly Fingerprint _fingerprint = new();
    private readonly LabelledItems _labelled;
    private bool _hasContainers;
    private long _links;

    public FilesListing(FilesSource source)
    {
        (_source, _labelled) = (source, new LabelledItems(source.Rules.Labels));
        foreach (var (path, bytes, sha256) in source.Labels.Files)
            _fingerprint.Add(path, bytes, sha256);

        if (source.Labels.Layout.Length > 0)
            _fingerprint.Add(source.Labels.Layout, 0, null);
    }

    public long Count => _items.Count;
    public string Layout => _hasContainers ? "containers" : "files";
    public string Fingerprint { get; private set; } = "";
    public MadeParts Made { get; private set; } = MadeParts.None;

    /// <summary>Whether a file is read: links are counted, and not followed.</summary>
    public bool Follows(LakeFile file)
    {
        if (file.IsLink)
        {
            _links++;
            _labelled.Findings.Add(new Finding(WarningCode.LinksNotFollowed, 1, Detail: $"'{file.Path}'"));
        }

        return !file.IsLink;
    }

    /// <returns>The item with its label and split, and as a JSON line.</returns>
    public (SourceItem Labelled, ReadOnlyMemory<byte> Line) Add(SourceItem item)
    {
        _fingerprint.Add(item.Path, item.Bytes, item.Sha256);
        _hasContainers |= item.Container is not null;
        var (label, split) = item is { Rejection: null, Container: null } ? _source.Labels.Find(item.Path) : default;
        var labelled = _labelled.Add(item with { Label = label, Split = split });
        return (labelled, _items.Add(labelled));
    }

    /// <exception cref="PipelineException">There is no file.</exception>
    public void Finish(MadeParts made)
    {
        if (Count == 0)
        {
            throw new PipelineException($"'{_source.Folder.Name}' holds no files to import" + (_links == 0
                ? $". {LakeSources.ValidOf(_source.Modality)}"
                : $": {_links} symbolic links are not followed; copy the files, or mount their folder."));
        }

        var options = _source.Options;
        // The same archive within other limits holds other images.
        if (_hasContainers)
        {
            _fingerprint.Add(
                $"{ContainerFormat} {options.MaxMembers} {options.MaxUnpackedBytes} {options.MaxUnpackedRatio} {options.MaxRowGroupBytes} "
                    + $"{options.MaxNameLength}",
                0,
                null);
        }

        (Fingerprint, Made) = (_fingerprint.Finish(), made);
    }

    public async Task<ImportPlan> CutAsync(
        IArtifactStore store, ImportPlan plan, ChunkLimits limits, PartNames parts, CancellationToken cancellation = default)
    {
        using var cutter = new ChunkCutter(store, plan.Root, limits, parts);
        return plan with
        {
            Chunks = Made.Chunks ?? await CutAsync(cutter, cancellation),
            Classes = [.. _labelled.Classes],
            Supplied = [.. _labelled.Supplied],
            Rejections = [.. _source.Labels.Rejections(), .. _labelled.Rejections],
            Findings = [.. _source.Labels.Findings(), .. _labelled.Findings.All],
        };
    }

    public void Dispose()
    {
        _items.Dispose();
        _fingerprint.Dispose();
    }

    private async Task<IReadOnlyList<PlannedChunk>> CutAsync(ChunkCutter chunks, CancellationToken cancellation)
    {
        foreach (var item in _items.Items())
        {
            if (item.Container is null)
            {
                await chunks.AddAsync(item, null, cancellation);
                continue;
            }

            await using var copy = await CopyAsync(item, cancellation);
            var budget = new UnpackBudget(_source.Options, item.Bytes, LakeContents.Of(_source.Modality));
            await new ContainerImport(_source, budget, chunks, _labelled).AddAsync(item, FileRange.Of(copy), cancellation);
        }

        return await chunks.FinishAsync(cancellation);
    }

    /// <exception cref="PipelineException">It is not what it was when it was read.</exception>
    private async Task<FileStream> CopyAsync(SourceItem item, CancellationToken cancellation)
    {
        var copy = TemporaryFile.Create();
        await using (var stream = await _source.Folder.OpenReadAsync(item.Path, cancellation))
            await stream.CopyToAsync(copy, cancellation);

        copy.Position = 0;
        if ((await Lake.Places.Fingerprint.OfAsync(copy, cancellation)).Sha256 == item.Sha256)
            return copy;

        await copy.DisposeAsync();
        await _source.Known.ForgetAsync(cancellation);
        throw new PipelineException(
            $"'{_source.Folder.NameOf(item.Path)}' has changed while its import was planned. Request the run again, once nobody writes to "
                + "the files.");
    }
}
