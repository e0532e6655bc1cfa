using Pipeline.Lake.Kinds;
using Pipeline.Lake.Places;

namespace Pipeline.Lake.Labels;

/// <summary>Whether the top folders, below what wraps everything, are splits with classes in them, or classes.</summary>
internal sealed class FolderLayout
{
    private readonly LayoutRules _rules;
    private readonly SortedDictionary<string, Split> _splits = new(StringComparer.Ordinal);
    private readonly HashSet<string> _classes;

    /// <param name="classes">Names of the folders in the split folders; a folder of such a name beside those is that class too.</param>
    /// <param name="name">For errors.</param>
    public FolderLayout(LayoutRules rules, string root, IReadOnlyCollection<string> top, IEnumerable<string> classes, string name)
    {
        (_rules, Root) = (rules, root);
        _classes = new(classes.Select(CanonicalComposition.Of), StringComparer.Ordinal);
        foreach (var folder in top)
        {
            if (rules.SplitOf(folder, root) is { } split)
                _splits.Add(folder, split);
        }

        var others = top.Where(folder => !_splits.ContainsKey(folder) && !rules.IsUnlabelled(folder)).ToList();
        if (rules.Splits.AreGiven || _splits.Count == 0 || others.Count == 0)
            return;

        if (_splits.Values.All(split => split == Split.Validation))
        {
            // 'valid' beside 'invalid', 'dev' beside 'ops'.
            _splits.Clear();
            return;
        }

        Doubt = $"'{name}' has split folders ({string.Join(", ", _splits.Keys)}) beside others ({string.Join(", ", others)}). Say which "
            + $"are splits in the experiment, such as 'splits: {{ {string.Join(", ", _splits.GroupBy(found => found.Value).Select(Said))} "
            + $"}}', or 'splits: {{}}' if all are classes.";
    }

    /// <summary>As <see cref="FolderLabels.Root"/>.</summary>
    public string Root { get; }

    /// <summary>Why splits and classes cannot be told apart; null if they can.</summary>
    public string? Doubt { get; }

    /// <summary>Names of the split folders.</summary>
    public IReadOnlyCollection<string> Splits => _splits.Keys;

    /// <summary>The same for the same layout; empty if the folders at the top are classes.</summary>
    public string Description => Root.Length == 0 && _splits.Count == 0
        ? ""
        : $"{Root}|{string.Join('|', _splits.Keys)}|{string.Join('|', _classes.Order(StringComparer.Ordinal))}";

    /// <summary>The path without the folder that wraps everything; null if it lies beside that.</summary>
    public string? Below(string path) => path.StartsWith(Root, StringComparison.Ordinal) ? path[Root.Length..] : null;

    /// <summary>The split of the top folder that a file lies in.</summary>
    public Split? SplitOf(string below) =>
        _splits.Count > 0 && below.IndexOf('/') is > 0 and var slash && _splits.TryGetValue(below[..slash], out var split) ? split : null;

    /// <summary>Where the folder lies that says a file's class.</summary>
    /// <returns>Start and end in the path; 0 and 0 without one.</returns>
    public (int Start, int End) ClassIn(string below)
    {
        var end = below.IndexOf('/');
        if (end < 0 || _splits.Count == 0 || IsBeside(below[..end]))
            return (0, Math.Max(end, 0));

        var start = end + 1;
        end = below.IndexOf('/', start);
        return end < 0 ? default : (start, end);
    }

    private bool IsBeside(string folder) =>
        !_splits.ContainsKey(folder) && (_rules.IsUnlabelled(folder) || _classes.Contains(CanonicalComposition.Of(folder)));

    private static string Said(IGrouping<Split, KeyValuePair<string, Split>> split)
    {
        var names = string.Join(", ", split.Select(found => found.Key));
        return $"{SplitNames.NameOf(split.Key)}: {(split.Count() == 1 ? names : $"[{names}]")}";
    }
}

/// <summary>What lies directly in a folder, as far as a layout depends on it.</summary>
internal sealed class FolderSurvey
{
    /// <summary>Documents that people put beside data, and which are no samples of any kind.</summary>
    private static readonly HashSet<string> Notes = new(
        [".xlsx", ".xls", ".ods", ".docx", ".pdf", ".py", ".ipynb"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Documents that may hold labels.</summary>
    private static readonly HashSet<string> TableKinds = new(
        [".csv", ".tsv", ".jsonl", ".xlsx", ".xls", ".ods"], StringComparer.OrdinalIgnoreCase);

    private bool _hasSamples;

    public SortedSet<string> Folders { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of tables beside images. Beside sequences tables are samples.</summary>
    public SortedSet<string> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the name of a file that holds many samples says that they are for training.</summary>
    public bool HasTrainingFile { get; private set; }

    /// <summary>The folder that everything lies in, apart from notes and tables; null if there is none.</summary>
    public string? Only => Folders.Count == 1 && !_hasSamples ? Folders.Min : null;

    /// <param name="path">Below the lake's folder: empty, or with a slash at its end.</param>
    public static async Task<FolderSurvey> OfAsync(ILakeFolder folder, string path, LakeContent content, CancellationToken cancellation)
    {
        var survey = new FolderSurvey();
        await foreach (var (name, isFolder) in folder.EntriesAsync(path, cancellation))
        {
            if (isFolder)
                survey.Folders.Add(name);
            else
                survey.AddFile(name, content);
        }

        return survey;
    }

    private void AddFile(string name, LakeContent content)
    {
        var extension = Path.GetExtension(name);
        if (content == LakeContent.Images && TableKinds.Contains(extension))
            Tables.Add(name);

        // Tables of text are samples, and those beside images are not.
        var isTable = SplitNames.HoldsMany(name) && !LakeNames.IsSidecar(name, top: true, content);
        _hasSamples |= isTable || !(LakeNames.IsSidecar(name, top: true) || Notes.Contains(extension));
        HasTrainingFile |= isTable && SplitNames.OfFile(name) == Split.Train;
    }
}

/// <summary>What an experiment says of splits and classes, as far as folders are read by it.</summary>
public sealed record LayoutRules(SplitRules Splits, LabelRules Labels)
{
    private static readonly HashSet<string> Unlabelled = new(
        ["unlabelled", "unlabeled", "unsup", "unsupervised", "extra"], StringComparer.OrdinalIgnoreCase);

    public static LayoutRules Of(Experiment experiment) => new(new SplitRules(experiment.Splits), new LabelRules(experiment.Labels));

    /// <summary>Whether a folder's samples have no label, by its name.</summary>
    public bool IsUnlabelled(string folder) => Unlabelled.Contains(folder) && !Keeps(folder);

    /// <summary>The split that a top folder is; a class that the experiment names is none, unless it names that split too.</summary>
    /// <param name="root">As <see cref="FolderLabels.Root"/>.</param>
    public Split? SplitOf(string folder, string root) => !Splits.AreGiven && Keeps(folder) ? null : Splits.OfFolder(folder, root);

    /// <summary>Whether a folder that is alone wraps the others, and says nothing itself.</summary>
    public bool IsWrapper(string folder, string root) => SplitOf(folder, root) is null && !Unlabelled.Contains(folder) && !Keeps(folder);

    public bool Keeps(string folder) => Labels.Keeps(CanonicalComposition.Of(folder));
}
