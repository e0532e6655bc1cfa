using Pipeline.Lake.Findings;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Places;

namespace Pipeline.Lake.Labels;

/// <summary>The name of a file's first folder is its class: <c>cat/a.png</c>, <c>cat/2024/b.png</c>. If the top folders are named after
/// splits, they are splits, and the folders in them classes: <c>train/cat/a.png</c>. A file that holds many samples belongs to the split in
/// its name if one of those beside it is for training. A file in no class folder, or in one for unlabelled samples, has no label. A folder
/// that wraps everything says nothing.</summary>
public sealed class FolderLabels : IFileLabels
{
    /// <summary>Folders around everything that are looked into.</summary>
    private const int MostWraps = 4;

    private readonly FolderLayout _layout;
    private readonly LayoutRules _rules;
    private readonly Func<string, bool> _hasTrainingFile;
    private readonly SplitHints _hints;
    private readonly FindingList _unlabelled = new();

    /// <summary>Paths of tables beside the samples.</summary>
    private readonly IReadOnlyList<string> _tables;

    private FolderLabels(FolderLayout layout, LayoutRules rules, Func<string, bool> hasTrainingFile, IReadOnlyList<string> tables) =>
        (_layout, _rules, _hasTrainingFile, _tables, _hints) = (layout, rules, hasTrainingFile, tables, new SplitHints(rules));

    /// <summary>The path of the folder that wraps everything: empty without one, else with a slash at its end.</summary>
    public string Root => _layout.Root;

    /// <summary>Prefixes of paths of tables of labels: the top, each folder that wraps everything, and the split folders in it.</summary>
    public IReadOnlyList<string> TableFolders =>
    [
        "",
        .. Root.Index().Where(letter => letter.Item == '/').Select(letter => Root[..(letter.Index + 1)]),
        .. _layout.Splits.Select(split => $"{Root}{split}/"),
    ];

    public string Layout => _layout.Description;

    /// <summary>Looks at the folders at the top, and no deeper than what wraps them.</summary>
    public static async Task<FolderLabels> ReadAsync(
        ILakeFolder folder, LayoutRules rules, LakeContent content = LakeContent.Images, CancellationToken cancellation = default)
    {
        var (root, trained, tables) = ("", new HashSet<string>(StringComparer.Ordinal), new List<string>());
        for (var wraps = 0; ; wraps++)
        {
            var survey = await FolderSurvey.OfAsync(folder, root, content, cancellation);
            tables.AddRange(survey.Tables.Select(name => root + name));
            if (survey.HasTrainingFile)
                trained.Add(root);

            if (wraps < MostWraps && survey.Only is { } only && rules.IsWrapper(only, root))
            {
                root += only + "/";
                continue;
            }

            var classes = new HashSet<string>(StringComparer.Ordinal);
            foreach (var split in survey.Folders.Where(name => rules.Splits.AreGiven && rules.SplitOf(name, root) is not null))
                classes.UnionWith((await FolderSurvey.OfAsync(folder, $"{root}{split}/", content, cancellation)).Folders);

            return new FolderLabels(new FolderLayout(rules, root, survey.Folders, classes, folder.Name), rules, trained.Contains, tables);
        }
    }

    /// <summary>Of an archive, without the folder that wraps everything in it.</summary>
    /// <param name="name">For errors.</param>
    /// <param name="hasTrainingFile">Whether a folder, named as <see cref="Root"/>, has a file of many samples for training.</param>
    public static FolderLabels Of(IReadOnlyCollection<string> top, string name, LayoutRules rules, Func<string, bool> hasTrainingFile) =>
        new(new FolderLayout(rules, "", top, [], name), rules, hasTrainingFile, []);

    /// <exception cref="PipelineException">Split folders and other folders lie side by side.</exception>
    public FolderLabels Certain() => _layout.Doubt is { } doubt ? throw new PipelineException(doubt) : this;

    /// <summary>Whether a path has a folder that says a class, or that there is none.</summary>
    public bool HasClassFolder(string path) => _layout.Below(path) is { } below && !_layout.ClassIn(below).Equals(default);

    public FileLabel Find(string path) => new(LabelOf(path), SplitOf(path));

    public string? LabelOf(string path)
    {
        if (_layout.Below(path) is not { } below)
            return null;

        var (start, end) = _layout.ClassIn(below);
        var name = below[start..end];
        if (!_rules.IsUnlabelled(name))
            return name.Length > 0 ? name : null;

        _unlabelled.Add(new Finding(WarningCode.UnlabelledFolder, 1, Root + below[..end]));
        return null;
    }

    /// <param name="isOpen">Whether nothing else says the split, so that names which speak of one without being used are reported.</param>
    public Split? SplitOf(string path, bool isOpen = true)
    {
        var below = _layout.Below(path) ?? path;
        if (_rules.Splits.AreGiven)
            return _rules.Splits.Given(below, path);

        var name = path.LastIndexOf('/') + 1;
        var split = _layout.SplitOf(below) ?? (SplitNames.OfFile(path[name..]) is { } said && _hasTrainingFile(path[..name]) ? said : null);
        if (split is null && isOpen)
            _hints.See(below);

        return split;
    }

    public IEnumerable<Finding> Findings() => FindingsBeside([]);

    /// <param name="tables">Paths of tables that are used.</param>
    public IEnumerable<Finding> FindingsBeside(IEnumerable<string> tables) =>
        [.. _tables.Except(tables).Select(NotUsed), .. _unlabelled.All, .. _hints.Findings()];

    private static Finding NotUsed(string table) => new(
        WarningCode.TableNotUsed,
        1,
        table,
        TableNames.IsSpreadsheet(table) ? "a spreadsheet is not read, so save it as labels.csv if it holds the labels" : "");
}
