using Pipeline.Lake.Findings;
using Pipeline.Lake.Labels;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>Which classes and splits the items of a source have, and what is wrong with their labels.</summary>
internal sealed class LabelledItems(LabelRules rules)
{
    private readonly FindingList _findings = new();

    private readonly SortedSet<string> _classes = new(StringComparer.Ordinal);
    private readonly SortedSet<Split> _supplied = [];
    private readonly List<Rejection> _rejections = [];
    private long _items;
    private long _bytes;

    public IReadOnlyList<string> Classes => [.. _classes];

    public IReadOnlyList<Split> Supplied => [.. _supplied];

    public IReadOnlyList<Rejection> Rejections => _rejections;

    public IReadOnlyList<Finding> Findings => _findings.All;

    /// <summary>Of the items so far; 0 where there are none.</summary>
    public double AverageBytes => _items == 0 ? 0 : (double)_bytes / _items;

    public void Add(Finding finding) => _findings.Add(finding);

    public void Add(IEnumerable<Rejection> rejections) => _rejections.AddRange(rejections);

    /// <returns>The item, its label as the rules have it.</returns>
    public SourceItem Add(SourceItem item)
    {
        item = item with { Label = rules.Of(item.Label) };
        if (item is { Container: null, Rejection: null })
        {
            _items++;
            _bytes += item.Bytes;
        }

        if (item.Label is not null)
            _classes.Add(item.Label);

        if (item.Split is { } split)
            _supplied.Add(split);

        return item;
    }
}
