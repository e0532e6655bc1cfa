using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>Which classes and splits the items of a source have, and what is wrong with their labels.</summary>
internal sealed class LabelledItems
{
    private readonly SortedSet<string> _classes = new(StringComparer.Ordinal);
    private readonly SortedSet<Split> _supplied = [];
    private readonly List<Rejection> _rejections = [];

    public IReadOnlyList<string> Classes => [.. _classes];

    public IReadOnlyList<Split> Supplied => [.. _supplied];

    public IReadOnlyList<Rejection> Rejections => _rejections;

    public void Add(IEnumerable<Rejection> rejections) => _rejections.AddRange(rejections);

    public SourceItem Add(SourceItem item)
    {
        if (item.Label is not null)
        {
            _classes.Add(item.Label);
        }

        if (item.Split is { } split)
        {
            _supplied.Add(split);
        }

        return item;
    }
}
