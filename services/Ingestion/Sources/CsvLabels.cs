using Pipeline.Contracts;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Sources;

/// <summary>
/// Labels from labels.csv: a header row, then <c>file,label</c> and, where wanted, <c>split</c>, in any order of columns. Files that it does not name
/// have no label.
/// </summary>
public sealed class CsvLabels : IFileLabels
{
    public const string FileName = "labels.csv";

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<Rejection> _rejections = [];
    private readonly string _path;

    private CsvLabels(string path, LabelFile file) => (_path, Files) = (path, [file]);

    /// <exception cref="PipelineException">It is not such a file, or it names a split that there is not.</exception>
    public static async Task<CsvLabels> ReadAsync(ILakeFolder folder, CancellationToken cancellation = default)
    {
        // The copy makes the labels those of the fingerprint, whoever writes to the file meanwhile.
        await using var copy = TemporaryFile.Create();
        await using (var file = await folder.OpenReadAsync(FileName, cancellation))
        {
            await file.CopyToAsync(copy, cancellation);
        }

        copy.Position = 0;
        var (bytes, sha256) = await Fingerprint.OfAsync(copy, cancellation);
        copy.Position = 0;
        var labels = new CsvLabels(folder.NameOf(FileName), new LabelFile(FileName, bytes, sha256));
        using var text = new StreamReader(copy);
        labels.Read(new CsvReader(text));
        return labels;
    }

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
        .Concat(_entries.Where(entry => !entry.Value.Seen).Select(entry => new Rejection(entry.Key, RejectionReason.UnknownFile, $"{FileName} line {entry.Value.Line}")))
        .OrderBy(rejection => rejection.Path, StringComparer.Ordinal)
        .ThenBy(rejection => rejection.Reason);

    private void Read(CsvReader csv)
    {
        try
        {
            var header = csv.Read()?.Select(name => name.Trim().ToLowerInvariant()).ToList() ?? [];
            var (file, label, split) = (header.IndexOf("file"), header.IndexOf("label"), header.IndexOf("split"));
            if (file < 0 || label < 0)
            {
                throw new PipelineException($"'{_path}' begins with the columns '{string.Join(",", header)}'; valid is a header row with 'file', 'label' and, where wanted, 'split'.");
            }

            while (csv.Read() is { } row)
            {
                string Field(int column) => column >= 0 && column < row.Count ? row[column].Trim() : "";
                Add(Normalize(Field(file)), Field(label), SplitOf(Field(split), csv.Line), csv.Line);
            }
        }
        catch (FormatException error)
        {
            throw new PipelineException($"'{_path}', {error.Message}; valid is comma-separated text by RFC 4180.", error);
        }
    }

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
            _rejections.Add(new Rejection(file, RejectionReason.EmptyLabel, $"{FileName} line {line}"));
        }
        else if (entry.Label is null)
        {
            entry.Label = label;
        }
        else if (entry.Label != label && !entry.TwoLabels)
        {
            entry.TwoLabels = true;
            _rejections.Add(new Rejection(file, RejectionReason.TwoLabels, $"{FileName} line {line}: '{label}', before it '{entry.Label}'"));
        }
    }

    private Split? SplitOf(string name, int line) => name.Length == 0
        ? null
        : SplitNames.Find(name) ?? throw new PipelineException($"'{_path}' line {line} names the split '{name}'; valid are {SplitNames.Valid}, or nothing.");

    private static string Normalize(string file)
    {
        var path = file.Replace('\\', '/');
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
