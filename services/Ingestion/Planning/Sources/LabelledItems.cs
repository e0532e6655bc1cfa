using Pipeline.Lake.Findings;
using Pipeline.Lake.Labels;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>Which classes and splits the items of a source have, and what is wrong with their labels.</summary>
internal sealed class LabelledItems(LabelRules rules)
{
    private long _items;
    private long _bytes;

    public SortedSet<string> Classes { get; } = new(StringComparer.Ordinal);
    public SortedSet<Split> Supplied { get; } = [];
    public List<Rejection> Rejections { get; } = [];
    public FindingList Findings { get; } = new();

    /// <summary>Of the items so far; 0 where there are none.</summary>
    public double AverageBytes => _items == 0 ? 0 : (double)_bytes / _items;

    /// <returns>The item with its label as the rules have it.</returns>
    public SourceItem Add(SourceItem item)
    {
        item = item with { Label = rules.Of(item.Label) };
        if (item is { Container: null, Rejection: null })
        {
            _items++;
            _bytes += item.Bytes;
        }

        if (item.Label is not null)
            Classes.Add(item.Label);

        if (item.Split is { } split)
            Supplied.Add(split);

        return item;
    }
}
