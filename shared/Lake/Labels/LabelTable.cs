using Pipeline.Artifacts;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Places;

namespace Pipeline.Lake.Labels;

/// <summary>Labels from tables beside the files. Rows name files by their paths below the table's folder; other files have no
/// label.</summary>
public sealed class LabelTable : IFileLabels
{
    private readonly NamedFiles _named;
    private readonly List<LabelFile> _files = [];
    private readonly List<Rejection> _rejections = [];
    private readonly FindingList _findings = new();
    private readonly LabelSpec? _spec;
    private readonly LabelRules _rules;
    private readonly int _maxLineBytes;
    private int _rows;
    private int _empty;

    private LabelTable(LabelSpec? spec, int maxLineBytes)
    {
        (_spec, _rules, _maxLineBytes) = (spec, new LabelRules(spec), maxLineBytes);
        _named = new NamedFiles(byName: spec?.Match == LabelSpec.MatchName);
    }

    /// <param name="folders">Where tables may lie, as prefixes of paths: empty, or with <c>/</c> at the end.</param>
    /// <returns>Null without a table.</returns>
    /// <exception cref="PipelineException">A folder has two, or one is no such file or names an unknown split.</exception>
    public static async Task<LabelTable?> FindAsync(
        ILakeFolder folder, IEnumerable<string> folders, LabelSpec? spec, int maxLineBytes, CancellationToken cancellation = default)
    {
        var table = new LabelTable(spec, maxLineBytes);
        foreach (var below in folders)
        {
            var entries = folder.EntriesAsync(below, cancellation).Where(entry => !entry.IsFolder && TableNames.IsTable(entry.Name, spec));
            var names = await entries.Select(entry => entry.Name).ToListAsync(cancellation);
            foreach (var name in Chosen(names, folder.NameOf(below), spec))
            {
                // Throws for a pipe, which might never end.
                await folder.HasFileAsync(below + name, cancellation);
                await using var file = await folder.OpenReadAsync(below + name, cancellation);
                await table.ReadAsync(file, below + name, folder.NameOf(below + name), cancellation);
            }
        }

        return table._files.Count > 0 ? table
            : spec?.Table is { } said
                ? throw new PipelineException($"'{folder.Name}' has no file '{said}' as labels.table says; it must lie beside the files.")
            : null;
    }

    /// <summary>Reads the table in an archive.</summary>
    /// <param name="name">Its path in the archive.</param>
    /// <param name="path">For errors.</param>
    /// <returns>Null if it is about something else than labels.</returns>
    public static async Task<LabelTable?> ReadAsync(
        Stream file, string name, string path, LabelSpec? spec, int maxLineBytes, CancellationToken cancellation = default)
    {
        var table = new LabelTable(spec, maxLineBytes);
        await table.ReadAsync(file, name, path, cancellation);
        return table._files.Count > 0 ? table : null;
    }

    /// <exception cref="PipelineException">There are two.</exception>
    internal static IReadOnlyList<string> Chosen(IEnumerable<string> names, string folder, LabelSpec? spec)
    {
        var found = names.Order(StringComparer.Ordinal).ToList();
        var labels = found.Where(name => spec?.Table is not null || !TableNames.IsMetadata(name)).ToList();
        return labels.Count switch
        {
            0 => found,
            1 => labels,
            _ => throw new PipelineException(
                $"'{folder}' has {string.Join(" and ", labels)}; there must be one table of labels, or 'labels: {{ table: NAME }}' in the "
                    + "experiment."),
        };
    }

    public bool NamesFiles => true;
    public IReadOnlyList<LabelFile> Files => _files;

    /// <exception cref="PipelineException">A row that matches by name fits two files.</exception>
    public FileLabel Find(string path) =>
        _named.Find(path) is { } own ? new FileLabel(own.TwoLabels ? null : own.Label, own.Split) : default;

    public IEnumerable<Rejection> Rejections() => _rejections
        .Concat(_named.Unmatched.Select(file => new Rejection(file.File, RejectionReason.UnknownFile, $"{file.Table} line {file.Line}")))
        .OrderBy(rejection => rejection.Path, StringComparer.Ordinal).ThenBy(rejection => rejection.Reason);

    public IEnumerable<Finding> Findings()
    {
        var tables = string.Join(", ", _files.Select(file => file.Path));
        var empty = _empty > 0 ? new Finding(WarningCode.EmptyLabels, _empty, tables) : null;
        return [.. new[] { _named.Missing(tables), empty }.OfType<Finding>(), .. _findings.All];
    }

    private async Task ReadAsync(Stream file, string name, string path, CancellationToken cancellation)
    {
        // The copy makes the labels those of the fingerprint, whoever writes to the file meanwhile.
        await using var copy = TemporaryFile.Create();
        await file.CopyToAsync(copy, cancellation);
        copy.Position = 0;
        var (bytes, sha256) = await Fingerprint.OfAsync(copy, cancellation);
        copy.Position = 0;
        var isMetadata = _spec?.Table is null && TableNames.IsMetadata(Path.GetFileName(name));
        if (new LabelRows(path, _spec, _maxLineBytes, _findings).Read(copy, isMetadata, row => Add(row, name, path)))
            _files.Add(new LabelFile(name, bytes, sha256));
        else
            _findings.Add(new Finding(WarningCode.TableNotUsed, 1, name, "it has no column of files, or none of labels"));
    }

    private void Add(LabelRow row, string name, string path)
    {
        _rows++;
        if (row.Fault is not null)
        {
            _rejections.Add(new Rejection($"{name}#{_rows - 1}", RejectionReason.MalformedRecord, row.Fault));
            _findings.Add(new Finding(WarningCode.UnreadableRows, 1, name, row.Fault));
            return;
        }

        var table = Path.GetFileName(name);
        var file = name[..^table.Length] + NamedFiles.KeyOf(row.File.Trim());
        var split = SplitOf(row.Split.Trim(), path, row.Line);
        var named = _named.Add(file, table, row.Line, split);
        if (named.Split != split)
        {
            throw new PipelineException(
                $"'{path}' line {row.Line} puts '{file}' into another split than line {named.Line}; a file must be in one split.");
        }

        if (string.IsNullOrWhiteSpace(row.Label))
        {
            if (_spec?.Missing?.Contains("") == true)
                return;

            _empty++;
            _rejections.Add(new Rejection(file, RejectionReason.EmptyLabel, $"{table} line {row.Line}"));
        }
        else if (_rules.Of(row.Label) is not { } label)
        {
            return;
        }
        else if (named.Label is null)
        {
            named.Label = label;
        }
        else if (named.Label != label && !named.TwoLabels)
        {
            named.TwoLabels = true;
            _rejections.Add(
                new Rejection(file, RejectionReason.TwoLabels, $"{table} line {row.Line}: '{label}', before it '{named.Label}'"));
        }
    }

    private static Split? SplitOf(string name, string path, int line) => name.Length == 0
        ? null
        : SplitNames.Find(name)
            ?? throw new PipelineException($"'{path}' line {line} names the split '{name}'; it must be {SplitNames.Valid}, or nothing.");
}

/// <summary>Labels from a table beside the files. If it says no split, the file's folder or name does.</summary>
public sealed class TableInFolders(IFileLabels table, FolderLabels folders) : IFileLabels
{
    public IReadOnlyList<LabelFile> Files => table.Files;
    public bool NamesFiles => true;
    public string Layout => folders.Layout;

    public FileLabel Find(string path)
    {
        var (label, split) = table.Find(path);
        // The folders of an archive's members are its own.
        return new FileLabel(label, split ?? (path.Contains("!/", StringComparison.Ordinal) ? null : folders.SplitOf(path)));
    }

    public FileLabel Around(string path) => new(null, folders.SplitOf(path));

    public IEnumerable<Rejection> Rejections() => table.Rejections();

    public IEnumerable<Finding> Findings() => [.. table.Findings(), .. folders.FindingsBeside(table.Files.Select(file => file.Path))];
}
