using Pipeline.Contracts;
using Pipeline.Ingestion.Sequences.Unicode;

namespace Pipeline.Ingestion.Sources;

/// <summary>What the folders at the top are: splits with classes in them, or classes. Where one folder wraps everything, the top is in it.</summary>
internal sealed class FolderLayout
{
    private readonly LayoutRules _rules;
    private readonly SortedDictionary<string, Split> _splits = new(StringComparer.Ordinal);
    private readonly HashSet<string> _classes;

    /// <param name="root">As of <see cref="FolderLabels.Root"/>.</param>
    /// <param name="top">Names of the folders in it.</param>
    /// <param name="classes">Names of the folders in the split folders; a folder beside those that is called like one of them is that class too.</param>
    /// <param name="name">Of it all, for errors.</param>
    public FolderLayout(LayoutRules rules, string root, IReadOnlyCollection<string> top, IEnumerable<string> classes, string name)
    {
        (_rules, Root) = (rules, root);
        _classes = new(classes.Select(CanonicalComposition.Of), StringComparer.Ordinal);
        foreach (var folder in top)
        {
            if (rules.SplitOf(folder, root) is { } split)
            {
                _splits.Add(folder, split);
            }
        }

        var others = top.Where(folder => !_splits.ContainsKey(folder) && !rules.IsUnlabelled(folder)).ToList();
        if (rules.Splits.AreGiven || _splits.Count == 0 || others.Count == 0)
        {
            return;
        }

        if (_splits.Values.All(split => split == Split.Validation))
        {
            // 'valid' beside 'invalid', 'dev' beside 'ops'.
            _splits.Clear();
            return;
        }

        Doubt = $"'{name}' has split folders ({string.Join(", ", _splits.Keys)}) beside others ({string.Join(", ", others)}). Say which are splits in the experiment, such as 'splits: {{ {string.Join(", ", _splits.GroupBy(found => found.Value).Select(Said))} }}', or 'splits: {{}}' if all are classes.";
    }

    public string Root { get; }

    /// <summary>Why it cannot be told what is a split and what is a class; null where it can.</summary>
    public string? Doubt { get; }

    /// <summary>Names of the split folders.</summary>
    public IReadOnlyCollection<string> Splits => _splits.Keys;

    /// <summary>The same for the same layout; empty where the folders at the top are classes.</summary>
    public string Description => Root.Length == 0 && _splits.Count == 0 ? "" : $"{Root}|{string.Join('|', _splits.Keys)}|{string.Join('|', _classes.Order(StringComparer.Ordinal))}";

    /// <summary>The path without the folder that wraps everything; null where it lies beside that.</summary>
    public string? Below(string path) => path.StartsWith(Root, StringComparison.Ordinal) ? path[Root.Length..] : null;

    /// <summary>The split of the folder at the top that a file lies in.</summary>
    /// <param name="below">Its path, as <see cref="Below"/> gives it.</param>
    public Split? SplitOf(string below) => _splits.Count > 0 && below.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && _splits.TryGetValue(below[..slash], out var split) ? split : null;

    /// <summary>Where the folder lies that says a file's class.</summary>
    /// <returns>Start and end in the path; 0 and 0 where there is none.</returns>
    public (int Start, int End) ClassIn(string below)
    {
        var end = below.IndexOf('/', StringComparison.Ordinal);
        if (end < 0 || _splits.Count == 0 || IsBeside(below[..end]))
        {
            return (0, Math.Max(end, 0));
        }

        var start = end + 1;
        end = below.IndexOf('/', start);
        return end < 0 ? default : (start, end);
    }

    private bool IsBeside(string folder) => !_splits.ContainsKey(folder) && (_rules.IsUnlabelled(folder) || _classes.Contains(CanonicalComposition.Of(folder)));

    private static string Said(IGrouping<Split, KeyValuePair<string, Split>> split) =>
        $"{split.Key.ToString().ToLowerInvariant()}: {(split.Count() == 1 ? split.First().Key : $"[{string.Join(", ", split.Select(found => found.Key))}]")}";
}
