using Pipeline.Contracts;
using Pipeline.Ingestion.Findings;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sequences.Unicode;

namespace Pipeline.Ingestion.Sources;

/// <summary>
/// Labels from tables beside the files. Files that they do not name have no label. Rows name files by their paths below the table's folder; slashes of both kinds, <c>./</c> and Unicode's form do not
/// count.
/// </summary>
public sealed class LabelTable : IFileLabels
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<LabelFile> _files = [];
    private readonly List<Rejection> _rejections = [];
    private readonly FindingList _findings = new();
    private readonly LabelSpec? _spec;
    private readonly LabelRules _rules;
    private readonly int _maxLineBytes;
    private readonly Lazy<ILookup<string, Entry>> _byName;
    private int _rows;
    private int _empty;

    private LabelTable(LabelSpec? spec, int maxLineBytes)
    {
        (_spec, _rules, _maxLineBytes) = (spec, new LabelRules(spec), maxLineBytes);
        _byName = new(() => _entries.Values.ToLookup(entry => NameOf(entry.File), StringComparer.Ordinal));
    }

    /// <summary>What such a table may be called, in lower case; those of one line go together. The second kind is Hugging Face's, and counts only where it names labels.</summary>
    public static IReadOnlyList<string> FileNames { get; } = ["labels.csv", "labels.tsv", "labels.jsonl", "labels.json", "metadata.csv", "metadata.jsonl"];

    /// <summary>Whether a file is one by its name, wherever it lies.</summary>
    public static bool IsTable(string name, LabelSpec? spec = null) => spec?.Table is { } table ? name.Equals(table, StringComparison.OrdinalIgnoreCase) : FileNames.Contains(name.ToLowerInvariant());

    /// <param name="folders">Where tables may lie, as prefixes of paths: empty, or with <c>/</c> at the end.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="PipelineException">There are two in a folder, it is not such a file, or it names a split that there is not.</exception>
    public static async Task<LabelTable?> FindAsync(ILakeFolder folder, IEnumerable<string> folders, LabelSpec? spec, int maxLineBytes, CancellationToken cancellation = default)
    {
        var table = new LabelTable(spec, maxLineBytes);
        foreach (var below in folders)
        {
            var names = await folder.EntriesAsync(below, cancellation).Where(entry => !entry.IsFolder && IsTable(entry.Name, spec)).Select(entry => entry.Name).ToListAsync(cancellation);
            foreach (var name in Chosen(names, folder.NameOf(below), spec))
            {
                // Not of a pipe, which might never end: asking for the file tells.
                await folder.HasFileAsync(below + name, cancellation);
                await using var file = await folder.OpenReadAsync(below + name, cancellation);
                await table.ReadAsync(file, below + name, folder.NameOf(below + name), below, cancellation);
            }
        }

        return table._files.Count > 0 ? table
            : spec?.Table is { } said ? throw new PipelineException($"'{folder.Name}' has no file '{said}' as labels.table says; it must lie beside the files.")
            : null;
    }

    /// <summary>Reads the table in an archive.</summary>
    /// <param name="name">Its path in the archive.</param>
    /// <param name="path">For errors.</param>
    /// <returns>Null where it is about something else than labels.</returns>
    /// <exception cref="PipelineException">It is not such a file, or it names a split that there is not.</exception>
    public static async Task<LabelTable?> ReadAsync(Stream file, string name, string path, LabelSpec? spec, int maxLineBytes, CancellationToken cancellation = default)
    {
        var table = new LabelTable(spec, maxLineBytes);
        await table.ReadAsync(file, name, path, name[..(name.LastIndexOf('/') + 1)], cancellation);
        return table._files.Count > 0 ? table : null;
    }

    /// <exception cref="PipelineException">There are two.</exception>
    internal static IReadOnlyList<string> Chosen(IEnumerable<string> names, string folder, LabelSpec? spec)
    {
        var found = names.Order(StringComparer.Ordinal).ToList();
        var labels = found.Where(name => spec?.Table is not null || !IsMetadata(name)).ToList();
        return labels.Count switch
        {
            0 => found,
            1 => labels,
            _ => throw TwoTables(folder, labels),
        };
    }

    private static bool IsMetadata(string name) => name.StartsWith("metadata", StringComparison.OrdinalIgnoreCase);

    public static PipelineException TwoTables(string folder, IEnumerable<string> names) =>
        new($"'{folder}' has {string.Join(" and ", names)}; there must be one table of labels, or 'labels: {{ table: NAME }}' in the experiment.");

    public bool NamesFiles => true;

    public IReadOnlyList<LabelFile> Files => _files;

    /// <exception cref="PipelineException">A row that matches by name fits two files.</exception>
    public FileLabel Find(string path)
    {
        var own = Row(KeyOf(path), path);
        return own is null ? default : new FileLabel(own.TwoLabels ? null : own.Label, own.Split);
    }

    public IEnumerable<Rejection> Rejections() => _rejections
        .Concat(_entries.Values.Where(entry => entry.Path is null).Select(entry => new Rejection(entry.File, RejectionReason.UnknownFile, $"{entry.Table} line {entry.Line}")))
        .OrderBy(rejection => rejection.Path, StringComparer.Ordinal)
        .ThenBy(rejection => rejection.Reason);

    public IEnumerable<Finding> Findings()
    {
        var unmatched = _entries.Values.Where(entry => entry.Path is null).ToList();
        if (unmatched.Count > 0)
        {
            yield return new Finding(WarningCode.UnmatchedRows, unmatched.Count, Subject, Unmatched(unmatched));
        }

        if (_empty > 0)
        {
            yield return new Finding(WarningCode.EmptyLabels, _empty, Subject);
        }

        foreach (var finding in _findings.All)
        {
            yield return finding;
        }
    }

    private string Subject => string.Join(", ", _files.Select(file => file.Path));

    private string Unmatched(List<Entry> unmatched)
    {
        var near = unmatched.FirstOrDefault(entry => entry.Near is not null);
        var first = near ?? unmatched[0];
        var all = unmatched.Count == _entries.Count ? $"none of the {_entries.Count} files that it names is there" : $"{unmatched.Count} of the {_entries.Count} files that it names are not there";
        return near is null
            ? $"{all}; the first is '{first.File}' (line {first.Line})"
            : $"{all}; '{first.File}' (line {first.Line}) may be '{first.Near}': they differ by {DifferenceOf(first.File, first.Near!)}. Say labels: {{ match: name }} to match files by their names alone";
    }

    private static string DifferenceOf(string row, string path)
    {
        var (ofRow, ofFile) = (PartsOf(row), PartsOf(KeyOf(path)));
        var hasOtherExtension = !ofRow.Extension.Equals(ofFile.Extension, StringComparison.OrdinalIgnoreCase);
        string?[] differences =
        [
            ofRow.Folder == ofFile.Folder ? null : "folder",
            hasOtherExtension ? "extension" : null,
            ofRow.Name != ofFile.Name || (!hasOtherExtension && ofRow.Extension != ofFile.Extension) ? "case" : null,
        ];
        return string.Join(" and ", differences.OfType<string>());
    }

    private static (string? Folder, string Name, string Extension) PartsOf(string path) =>
        (Path.GetDirectoryName(path), Path.GetFileNameWithoutExtension(path), Path.GetExtension(path));

    private Entry? Row(string key, string path)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            return entry.Path is null || !entry.IsByName ? entry.At(path, isByName: false) : throw Ambiguous(entry, path);
        }

        if (_byName.Value[NameOf(key)].ToList() is not [var only])
        {
            return null;
        }

        if (_spec?.Match != LabelSpec.MatchName)
        {
            only.Near ??= path;
            return null;
        }

        return only.Path is null ? only.At(path, isByName: true) : throw Ambiguous(only, path);
    }

    private static PipelineException Ambiguous(Entry entry, string path) =>
        new($"'{entry.Table}' line {entry.Line} names '{entry.File}', which fits '{entry.Path}' and '{path}' by labels.match: name; names must fit one file, or say the folder.");

    private async Task ReadAsync(Stream file, string name, string path, string prefix, CancellationToken cancellation)
    {
        // The copy makes the labels those of the fingerprint, whoever writes to the file meanwhile.
        await using var copy = TemporaryFile.Create();
        await file.CopyToAsync(copy, cancellation);
        copy.Position = 0;
        var (bytes, sha256) = await Fingerprint.OfAsync(copy, cancellation);
        copy.Position = 0;
        var table = Path.GetFileName(name);
        if (new LabelRows(path, _spec, _maxLineBytes, _findings).Read(copy, _spec?.Table is null && IsMetadata(table)) is not { } rows)
        {
            _findings.Add(new Finding(WarningCode.TableNotUsed, 1, name, "it has no column of files, or none of labels"));
            return;
        }

        _files.Add(new LabelFile(name, bytes, sha256));
        foreach (var row in rows)
        {
            _rows++;
            if (row.Fault is null)
            {
                Add(row, table, path, prefix);
            }
            else
            {
                _rejections.Add(new Rejection($"{name}#{_rows - 1}", RejectionReason.MalformedRecord, row.Fault));
                _findings.Add(new Finding(WarningCode.UnreadableRows, 1, name, row.Fault));
            }
        }
    }

    private void Add(LabelRow row, string table, string path, string prefix)
    {
        var file = prefix + KeyOf(row.File.Trim());
        var split = SplitOf(row.Split.Trim(), path, row.Line);
        if (!_entries.TryGetValue(file, out var entry))
        {
            _entries.Add(file, entry = new Entry(file, table, row.Line) { Split = split });
        }

        if (entry.Split != split)
        {
            throw new PipelineException($"'{path}' line {row.Line} puts '{file}' into another split than line {entry.Line}; a file must be in one split.");
        }

        if (string.IsNullOrWhiteSpace(row.Label))
        {
            if (_spec?.Missing?.Contains("") != true)
            {
                _empty++;
                _rejections.Add(new Rejection(file, RejectionReason.EmptyLabel, $"{table} line {row.Line}"));
            }
        }
        else if (_rules.Of(row.Label) is not { } label)
        {
            return;
        }
        else if (entry.Label is null)
        {
            entry.Label = label;
        }
        else if (entry.Label != label && !entry.TwoLabels)
        {
            entry.TwoLabels = true;
            _rejections.Add(new Rejection(file, RejectionReason.TwoLabels, $"{table} line {row.Line}: '{label}', before it '{entry.Label}'"));
        }
    }

    private static Split? SplitOf(string name, string path, int line) => name.Length == 0
        ? null
        : SplitNames.Find(name) ?? throw new PipelineException($"'{path}' line {line} names the split '{name}'; valid are {SplitNames.Valid}, or nothing.");

    private static string KeyOf(string file)
    {
        var path = CanonicalComposition.Of(file.Replace('\\', '/'));
        while (path.StartsWith("./", StringComparison.Ordinal))
        {
            path = path[2..];
        }

        return path;
    }

    /// <summary>What is left of a path without folder, extension and case.</summary>
    private static string NameOf(string key) => Path.GetFileNameWithoutExtension(key).ToLowerInvariant();

    /// <param name="file">As rows name it.</param>
    private sealed class Entry(string file, string table, int line)
    {
        public string File => file;
        public string Table => table;
        public int Line => line;
        public string? Label { get; set; }
        public Split? Split { get; init; }
        public bool TwoLabels { get; set; }

        /// <summary>The file that it is about; null as long as none was found.</summary>
        public string? Path { get; private set; }

        public bool IsByName { get; private set; }

        /// <summary>A file that it may be about.</summary>
        public string? Near { get; set; }

        public Entry At(string path, bool isByName)
        {
            (Path, IsByName) = (path, isByName);
            return this;
        }
    }
}
