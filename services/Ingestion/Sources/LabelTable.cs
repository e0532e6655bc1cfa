using Pipeline.Contracts;
using Pipeline.Ingestion.Findings;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Sources;

/// <summary>Labels from a table beside the files, labels.csv or labels.jsonl. Files that it does not name have no label.</summary>
public sealed class LabelTable : IFileLabels
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<Rejection> _rejections = [];
    private readonly string _path;
    private readonly string _file;

    private LabelTable(string path, LabelFile file) => (_path, _file, Files) = (path, Path.GetFileName(file.Path), [file]);

    /// <summary>What such a table may be called.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [CsvLabels.FileName, JsonLinesLabels.FileName];

    /// <returns>Null where there is none.</returns>
    /// <exception cref="PipelineException">There are two, it is not such a file, or it names a split that there is not.</exception>
    public static async Task<LabelTable?> FindAsync(ILakeFolder folder, CancellationToken cancellation = default)
    {
        var found = new List<string>();
        foreach (var name in FileNames)
        {
            if (await folder.HasFileAsync(name, cancellation))
            {
                found.Add(name);
            }
        }

        if (found.Count > 1)
        {
            throw TwoTables(folder.Name);
        }

        if (found.Count == 0)
        {
            return null;
        }

        await using var file = await folder.OpenReadAsync(found[0], cancellation);
        return await ReadAsync(file, found[0], folder.NameOf(found[0]), cancellation);
    }

    public static PipelineException TwoTables(string folder) => new($"'{folder}' has {string.Join(" and ", FileNames)}; valid is one of them.");

    /// <param name="name">One of <see cref="FileNames"/>, behind the path of what it lies in.</param>
    /// <param name="path">For errors.</param>
    /// <exception cref="PipelineException">It is not such a file, or it names a split that there is not.</exception>
    public static async Task<LabelTable> ReadAsync(Stream file, string name, string path, CancellationToken cancellation = default)
    {
        // The copy makes the labels those of the fingerprint, whoever writes to the file meanwhile.
        await using var copy = TemporaryFile.Create();
        await file.CopyToAsync(copy, cancellation);
        copy.Position = 0;
        var (bytes, sha256) = await Fingerprint.OfAsync(copy, cancellation);
        copy.Position = 0;
        var table = new LabelTable(path, new LabelFile(name, bytes, sha256));
        using var text = new StreamReader(copy);
        foreach (var row in table._file == CsvLabels.FileName ? CsvLabels.Rows(text, path) : JsonLinesLabels.Rows(text, path))
        {
            table.Add(Normalize(row.File), row.Label.Trim(), table.SplitOf(row.Split.Trim(), row.Line), row.Line);
        }

        return table;
    }

    public bool NamesFiles => true;

    public IReadOnlyList<LabelFile> Files { get; }

    public FileLabel Find(string path)
    {
        if (!_entries.TryGetValue(path, out var entry))
        {
            return default;
        }

        entry.Seen = true;
        return new FileLabel(entry.TwoLabels ? null : entry.Label, entry.Split);
    }

    public IEnumerable<Rejection> Rejections() => _rejections
        .Concat(_entries.Where(entry => !entry.Value.Seen).Select(entry => new Rejection(entry.Key, RejectionReason.UnknownFile, $"{_file} line {entry.Value.Line}")))
        .OrderBy(rejection => rejection.Path, StringComparer.Ordinal)
        .ThenBy(rejection => rejection.Reason);

    public IEnumerable<Finding> Findings() => [];

    private void Add(string file, string label, Split? split, int line)
    {
        if (!_entries.TryGetValue(file, out var entry))
        {
            _entries.Add(file, entry = new Entry(line) { Split = split });
        }

        if (entry.Split != split)
        {
            throw new PipelineException($"'{_path}' line {line} puts '{file}' into another split than line {entry.Line}; valid is one split for each file.");
        }

        if (label.Length == 0)
        {
            _rejections.Add(new Rejection(file, RejectionReason.EmptyLabel, $"{_file} line {line}"));
        }
        else if (entry.Label is null)
        {
            entry.Label = label;
        }
        else if (entry.Label != label && !entry.TwoLabels)
        {
            entry.TwoLabels = true;
            _rejections.Add(new Rejection(file, RejectionReason.TwoLabels, $"{_file} line {line}: '{label}', before it '{entry.Label}'"));
        }
    }

    private Split? SplitOf(string name, int line) => name.Length == 0
        ? null
        : SplitNames.Find(name) ?? throw new PipelineException($"'{_path}' line {line} names the split '{name}'; valid are {SplitNames.Valid}, or nothing.");

    private static string Normalize(string file)
    {
        var path = file.Trim().Replace('\\', '/');
        return path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
    }

    private sealed class Entry(int line)
    {
        public int Line => line;
        public string? Label { get; set; }
        public Split? Split { get; init; }
        public bool TwoLabels { get; set; }
        public bool Seen { get; set; }
    }
}

/// <summary>A line of a table of labels, as written.</summary>
/// <param name="Label">Empty where there is none.</param>
/// <param name="Split">Empty where there is none.</param>
/// <param name="Line">From 1.</param>
public readonly record struct LabelRow(string File, string Label, string Split, int Line);
