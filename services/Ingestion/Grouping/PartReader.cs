using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Ingestion.Grouping;

/// <summary>Opens the parts of an import. Safe for several threads.</summary>
/// <param name="firsts">Number of each part's first row, and how many rows there can be.</param>
/// <param name="firstDocuments">The same of documents; 0 alone for images.</param>
internal sealed class PartReader(
    IArtifactStore store,
    ImportPlan plan,
    IReadOnlyList<string> classes,
    IReadOnlyList<string> tags,
    IReadOnlyList<int> firsts,
    IReadOnlyList<int> firstDocuments)
{
    private readonly Dictionary<string, int> _classes = Numbered(classes);
    private readonly Dictionary<string, int> _tags = Numbered(tags);

    /// <summary>Label names of all parts; a label of a <see cref="Part"/> is an index into this list.</summary>
    public IReadOnlyList<string> Classes => classes;

    public IReadOnlyList<string> Tags => tags;
    public int Capacity => firsts[^1];

    /// <summary>Number of documents that samples were cut from; 0 for images.</summary>
    public int Documents => firstDocuments[^1];

    /// <summary>For images the plan knows the classes and the maximum number of samples; for documents the parts do.</summary>
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
        var part = await store.ReadManifestAsync<ImportPart>(plan.PartKey(chunk), cancellation);
        var index = part.Index is null ? null : SafetensorsFile.Open(await store.MaterializeAsync(part.Index, cancellation));
        int[] numbers = [.. part.Classes.Select(name => _classes[name])];
        return new Part(chunk, firsts[chunk], part, index, numbers, plan.Sequences is null ? null : firstDocuments[chunk]);
    }

    public async IAsyncEnumerable<ImportedItem> ItemsAsync(Part part, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (part.Content.Items is not { } items)
            yield break;

        await foreach (var item in JsonLines.ReadAsync<ImportedItem>(await store.OpenReadAsync(items.Key, cancellation), cancellation))
            yield return item;
    }

    /// <summary>Where the text and the tags of a sequence lie.</summary>
    /// <param name="item">Its number in the import.</param>
    public PartRow Tagged(int item)
    {
        // The part is the last that begins at or before the item: parts without rows begin where the next one does.
        var (part, end) = (0, firsts.Count - 1);
        while (end - part > 1)
        {
            var middle = (part + end) / 2;
            (part, end) = firsts[middle] <= item ? (middle, end) : (part, middle);
        }

        return new PartRow(part, item - firsts[part], IsTagged: true);
    }

    /// <summary>Gathers the pixels of rows one after another, each part's file opened once for rows that follow each other.</summary>
    /// <param name="pixels">Shape [rows, C, S, S], or larger.</param>
    public Task GatherPixelsAsync(IReadOnlyList<PartRow> rows, Memory<byte> pixels, CancellationToken cancellation) =>
        ReadAsync(
            rows,
            (file, _, at, row) => file.ReadRows<byte>("pixels", row.Row, 1).CopyTo(pixels.Span[(at * plan.ImageBytes)..]),
            cancellation);

    public async Task<IReadOnlyList<SafetensorsTensor>> GatherTextsAsync(IReadOnlyList<PartRow> rows, CancellationToken cancellation)
    {
        var text = new ArrayBufferWriter<byte>();
        var (starts, ofBytes) = (new List<long> { 0 }, new List<short>());
        await ReadAsync(
            rows,
            (file, part, _, row) =>
            {
                var ends = file.ReadRows<long>("start", row.Row, 2);
                var (start, length) = (ends[0], ends[1] - ends[0]);
                text.Write(file.ReadRows<byte>("text", start, length));
                starts.Add(text.WrittenCount);
                var own = row.IsTagged ? file.ReadRows<short>("tag", start, length) : [];
                for (var i = 0; tags.Count > 0 && i < length; i++)
                    ofBytes.Add(own.IsEmpty || own[i] < 0 ? (short)-1 : (short)_tags[part.Tags![own[i]]]);
            },
            cancellation);
        return
        [
            new("text", SafetensorsType.U8, [text.WrittenCount], text.WrittenMemory),
            SafetensorsTensor.Of<long>("start", CollectionsMarshal.AsSpan(starts), starts.Count),
            .. tags.Count == 0 ? [] : new[] { SafetensorsTensor.Of<short>("tag", CollectionsMarshal.AsSpan(ofBytes), ofBytes.Count) },
        ];
    }

    private static Dictionary<string, int> Numbered(IReadOnlyList<string> names) =>
        names.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);

    private async Task ReadAsync(
        IReadOnlyList<PartRow> rows, Action<SafetensorsFile, ImportPart, int, PartRow> read, CancellationToken cancellation)
    {
        for (var first = 0; first < rows.Count;)
        {
            var chunk = rows[first].Chunk;
            var part = await store.ReadManifestAsync<ImportPart>(plan.PartKey(chunk), cancellation);
            using var file = SafetensorsFile.Open(await store.MaterializeAsync(part.Pixels!, cancellation));
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
    public int Item(int row) => first + (firstDocument is not null ? row : Value<int>("item", row));

    public PixelDigest Digest(int row) => PixelDigest.Of(Values<byte>("digest", row));

    /// <summary>An index into <see cref="PartReader.Classes"/>; −1 for none.</summary>
    public int Label(int row) => Value<int>("label", row) is >= 0 and var label ? classes[label] : -1;

    public Split? SplitOf(int row) => Value<int>("split", row) is >= 0 and var split ? (Split)split : null;

    public ulong Hash(int row) => Value<ulong>("hash", row);

    public ReadOnlySpan<byte> Thumbnail(int row) => Values<byte>("thumbnail", row);

    public ReadOnlySpan<uint> Signature(int row) => Values<uint>("signature", row);

    /// <summary>Number of the sequence's document in the whole import.</summary>
    public int Document(int row) => firstDocument!.Value + Value<int>("document", row);

    /// <summary>SHA-256 of the names of a sequence's tags; null where it has none.</summary>
    public PixelDigest? Tags(int row) =>
        content.Tags is not null && PixelDigest.Of(Values<byte>("tags", row)) is var tags && tags != NoTags ? tags : null;

    /// <summary>Where the row's pixels or text lie, without tags.</summary>
    public PartRow At(int row) => new(chunk, row);

    public void Dispose() => index?.Dispose();

    private T Value<T>(string name, int row)
        where T : unmanaged => Values<T>(name, row)[0];

    private ReadOnlySpan<T> Values<T>(string name, int row)
        where T : unmanaged => index!.ReadRows<T>(name, row, 1);
}
