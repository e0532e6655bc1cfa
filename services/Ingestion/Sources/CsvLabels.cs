using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>labels.csv: a header row, then <c>file,label</c> and, where wanted, <c>split</c>, in any order of columns.</summary>
public static class CsvLabels
{
    public const string FileName = "labels.csv";

    /// <param name="path">For errors.</param>
    /// <exception cref="PipelineException">It is not such a file.</exception>
    public static IEnumerable<LabelRow> Rows(TextReader text, string path)
    {
        var csv = new CsvReader(text);
        var header = Next(csv, path)?.Select(name => name.Trim().ToLowerInvariant()).ToList() ?? [];
        var (file, label, split) = (header.IndexOf("file"), header.IndexOf("label"), header.IndexOf("split"));
        if (file < 0 || label < 0)
        {
            throw new PipelineException($"'{path}' begins with the columns '{string.Join(",", header)}'; valid is a header row with 'file', 'label' and, where wanted, 'split'.");
        }

        while (Next(csv, path) is { } row)
        {
            string Field(int column) => column >= 0 && column < row.Count ? row[column] : "";
            yield return new LabelRow(Field(file), Field(label), Field(split), csv.Line);
        }
    }

    private static IReadOnlyList<string>? Next(CsvReader csv, string path)
    {
        try
        {
            return csv.Read();
        }
        catch (FormatException error)
        {
            throw new PipelineException($"'{path}', {error.Message}; valid is comma-separated text by RFC 4180.", error);
        }
    }
}
