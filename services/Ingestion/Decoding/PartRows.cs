using System.Runtime.InteropServices;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Ingestion.Planning;
using Pipeline.Lake.Findings;

namespace Pipeline.Ingestion.Decoding;

/// <summary>The rows of one part while it is made.</summary>
internal abstract class PartRows : IDisposable
{
    private readonly OrderedDictionary<string, int> _classes = new(StringComparer.Ordinal);
    private readonly List<int> _labels = [];
    private readonly List<int> _numbers = [];
    private readonly List<int> _splits = [];

    public int Count => _labels.Count;

    /// <summary>Where each came from. Spooled to disk: objects that live as long as a part takes to make would pile up until a full
    /// collection.</summary>
    public Spool<ImportedItem> Items { get; } = new();

    public IReadOnlyList<string> Classes => _classes.Keys;
    protected FindingList Findings { get; } = new();

    /// <summary>Adds the samples of one item that could be read.</summary>
    /// <param name="number">In the chunk.</param>
    /// <param name="reject">Takes what of it cannot be used, with the bytes for quarantine where they are at hand.</param>
    public abstract Task AddAsync(int number, ReadItem item, Func<Rejection, ReadOnlyMemory<byte>?, Task> reject);

    public abstract IReadOnlyList<SafetensorsTensor> Samples();

    /// <summary>What is known of them.</summary>
    public IReadOnlyList<SafetensorsTensor> Index() =>
    [
        .. Looks(),
        SafetensorsTensor.Of<int>("label", CollectionsMarshal.AsSpan(_labels), Count),
        SafetensorsTensor.Of<int>("item", CollectionsMarshal.AsSpan(_numbers), Count),
        SafetensorsTensor.Of<int>("split", CollectionsMarshal.AsSpan(_splits), Count),
    ];

    public virtual ImportPart Describe(ImportPart part) => Findings.All is { Count: > 0 } found ? part with { Findings = found } : part;

    public virtual void Dispose() => Items.Dispose();

    /// <summary>What tells samples from others, and finds near-duplicates.</summary>
    protected abstract IEnumerable<SafetensorsTensor> Looks();

    protected void Add(int number, string? label, Split? split, ImportedItem item)
    {
        _labels.Add(label is null ? -1 : NumberOf(_classes, label));
        _numbers.Add(number);
        _splits.Add(split is { } own ? (int)own : -1);
        Items.Add(item);
    }

    protected static int NumberOf(OrderedDictionary<string, int> names, string name)
    {
        names.TryAdd(name, names.Count);
        return names[name];
    }
}
