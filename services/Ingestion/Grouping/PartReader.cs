using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Ingestion.Grouping;

/// <summary>Opens the parts of an import. Safe for several threads.</summary>
internal sealed class PartReader
{
    private readonly IArtifactStore _store;
    private readonly ImportPlan _plan;
    private readonly Dictionary<string, int> _classes;
    private readonly Dictionary<string, short> _tags;
    private readonly IReadOnlyList<int> _firsts;
    private readonly IReadOnlyList<int> _firstDocuments;

    private PartReader(
        IArtifactStore store,
        ImportPlan plan,
        IReadOnlyList<string> classes,
        IReadOnlyList<string> tags,
        IReadOnlyList<int> firsts,
        IReadOnlyList<int> firstDocuments)
    {
        (_store, _plan, Classes, Tags, _firsts, _firstDocuments) = (store, plan, classes, tags, firsts, firstDocuments);
        _classes = classes.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        _tags = tags.Index().ToDictionary(entry => entry.Item, entry => checked((short)entry.Index), StringComparer.Ordinal);
    }

    /// <summary>Label names of all parts; a label of a <see cref="Part"/> is an index into this list.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Names of the tags of all parts; ordinal order.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>Most samples that there can be.</summary>
    public int Capacity => _firsts[^1];

    /// <summary>What samples were cut from; 0 for images.</summary>
    public int Documents => _firstDocuments[^1];

    /// <summary>Of images the plan tells how many there are at most, and which classes; of documents the parts do.</summary>
    /// <exception cref="PipelineException">They have more tags than a shard can tell.</exception>
    public static async Task<PartReader> OpenAllAsync(IArtifactStore store, ImportPlan plan, CancellationToken cancellation)
    {
        if (plan.Sequences is null)
            return new PartReader(store, plan, plan.Classes, [], [.. plan.Chunks.Select(chunk => chunk.First), (int)plan.Items], [0]);

        SortedSet<string> classes = new(StringComparer.Ordinal), tags = new(StringComparer.Ordinal);
        List<int> firsts = [0], documents = [0];
        for (var chunk = 0; chunk < plan.Chunks.Count; chunk++)
        {
            var part = await store.ReadManifestAsync<ImportPart>(plan.PartKey(chunk), cancellation);
            classes.UnionWith(part.Classes);
            tags.UnionWith(part.Tags ?? []);
            firsts.Add(checked(firsts[^1] + part.Rows!.Value));
            documents.Add(checked(documents[^1] + part.Documents!.Value));
        }

        return tags.Count <= short.MaxValue
            ? new PartReader(store, plan, [.. classes], [.. tags], firsts, documents)
            : throw new PipelineException(
                $"The documents of '{plan.Source}' have {tags.Count} different tags; there must be {short.MaxValue} at most.");
    }

    /// <summary>What is known of a part's rows, without the samples themselves.</summary>
    public async Task<Part> OpenAsync(int chunk, CancellationToken cancellation)
    {
        var part = await _store.ReadManifestAsync<ImportPart>(_plan.PartKey(chunk), cancellation);
        var index = part.Index is null ? null : SafetensorsFile.Open(await _store.MaterializeAsync(part.Index, cancellation));
        return new Part(
            chunk,
            _firsts[chunk],
            part,
            index,
            [.. part.Classes.Select(name => _classes[name])],
            _plan.Sequences is null ? null : _firstDocuments[chunk]);
    }

    /// <summary>Where the rows of a part came from, in their order.</summary>
    public async IAsyncEnumerable<ImportedItem> ItemsAsync(Part part, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (part.Content.Items is null)
            yield break;

        await foreach (var item in JsonLines.ReadAsync<ImportedItem>(
            await _store.OpenReadAsync(part.Content.Items.Key, cancellation), cancellation))
        {
            yield return item;
        }
    }

    /// <summary>Where the text and the tags of a sequence lie.</summary>
    /// <param name="item">Its number in the import.</param>
    public PartRow Tagged(int item)
    {
        // The part is the last that begins at or before the item: parts without rows begin where the next one does.
        var (part, end) = (0, _firsts.Count - 1);
        while (end - part > 1)
        {
            var middle = (part + end) / 2;
            (part, end) = _firsts[middle] <= item ? (middle, end) : (part, middle);
        }

        return new PartRow(part, item - _firsts[part], IsTagged: true);
    }

    /// <summary>Gathers the pixels of rows one after another, each part's file opened once for rows that follow each other.</summary>
    /// <param name="pixels">Shape [rows, C, S, S], or larger.</param>
    public Task GatherPixelsAsync(IReadOnlyList<PartRow> rows, Memory<byte> pixels, CancellationToken cancellation) =>
        ReadAsync(
            rows,
            (file, _, at, row) => file.ReadRows<byte>("pixels", row.Row, 1).CopyTo(pixels.Span[(at * _plan.ImageBytes)..]),
            cancellation);

    /// <summary>Gathers the sequences of rows one after another.</summary>
    public async Task<GatheredTexts> GatherAsync(IReadOnlyList<PartRow> rows, CancellationToken cancellation)
    {
        var texts = new GatheredTexts(isTagged: Tags.Count > 0);
        await ReadAsync(
            rows,
            (file, part, _, row) =>
            {
                var ends = file.ReadRows<long>("start", row.Row, 2);
                var (start, length) = (ends[0], ends[1] - ends[0]);
                texts.Add(
                    file.ReadRows<byte>("text", start, length),
                    row.IsTagged ? file.ReadRows<short>("tag", start, length) : [],
                    tag => _tags[part.Tags![tag]]);
            },
            cancellation);
        return texts;
    }

    private async Task ReadAsync(
        IReadOnlyList<PartRow> rows, Action<SafetensorsFile, ImportPart, int, PartRow> read, CancellationToken cancellation)
    {
        for (var first = 0; first < rows.Count;)
        {
            var chunk = rows[first].Chunk;
            var part = await _store.ReadManifestAsync<ImportPart>(_plan.PartKey(chunk), cancellation);
            using var file = SafetensorsFile.Open(await _store.MaterializeAsync(part.Pixels!, cancellation));
            for (; first < rows.Count && rows[first].Chunk == chunk; first++)
                read(file, part, first, rows[first]);
        }
    }
}

/// <summary>Where the pixels or the text of a sample lie.</summary>
/// <param name="IsTagged">Whether the tags that lie there count too.</param>
internal readonly record struct PartRow(int Chunk, int Row, bool IsTagged = false);

/// <summary>One part of an import in the import's own numbers: other imports may share it.</summary>
/// <param name="first">Number of the chunk's first item; of sequences of its first row.</param>
/// <param name="index">Null where nothing could be used.</param>
/// <param name="classes">The import's classes, by the part's.</param>
/// <param name="firstDocument">Number of its first document; null for images.</param>
internal sealed class Part(
    int chunk, int first, ImportPart content, SafetensorsFile? index, int[] classes, int? firstDocument) : IDisposable
{
    private static readonly PixelDigest NoTags = PixelDigest.Of(SHA256.HashData([]));

    public ImportPart Content => content;

    public int Rows { get; } = index is null ? 0 : (int)index.Shape("item")[0];

    /// <summary>Its number in the whole import: of images the item's, of sequences its own.</summary>
    public int Item(int row) => firstDocument is not null ? first + row : first + index!.ReadRows<int>("item", row, 1)[0];

    /// <summary>SHA-256 of the pixels, or of the text.</summary>
    public ReadOnlySpan<byte> Digest(int row) => index!.ReadRows<byte>("digest", row, 1)[..SHA256.HashSizeInBytes];

    /// <summary>An index into <see cref="PartReader.Classes"/>; −1 for none.</summary>
    public int Label(int row) => index!.ReadRows<int>("label", row, 1)[0] is >= 0 and var label ? classes[label] : -1;

    /// <summary>As supplied.</summary>
    public Split? SplitOf(int row) => index!.ReadRows<int>("split", row, 1)[0] is >= 0 and var split ? (Split)split : null;

    public ulong Hash(int row) => index!.ReadRows<ulong>("hash", row, 1)[0];

    public ReadOnlySpan<byte> Thumbnail(int row) => index!.ReadRows<byte>("thumbnail", row, 1);

    /// <summary>By <see cref="Likeness.MinHash"/>.</summary>
    public ReadOnlySpan<uint> Signature(int row) => index!.ReadRows<uint>("signature", row, 1);

    /// <summary>Number of the sequence's document in the whole import.</summary>
    public int Document(int row) => firstDocument!.Value + index!.ReadRows<int>("document", row, 1)[0];

    /// <summary>SHA-256 of the names of a sequence's tags; null where it has none.</summary>
    public PixelDigest? Tags(int row) =>
        content.Tags is not null && PixelDigest.Of(index!.ReadRows<byte>("tags", row, 1)) is var tags && tags != NoTags ? tags : null;

    /// <summary>Where the row's pixels or text lie, without tags.</summary>
    public PartRow At(int row) => new(chunk, row);

    public void Dispose() => index?.Dispose();
}
