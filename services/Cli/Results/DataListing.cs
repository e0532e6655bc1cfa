using System.Text.Json;
using Pipeline.Ingestion.Committing;

namespace Pipeline.Cli.Results;

/// <summary>Writes what was understood of each dataset's newest version.</summary>
internal static class DataListing
{
    /// <param name="dataset">One only; null for all.</param>
    /// <param name="json">One JSON object a dataset.</param>
    /// <exception cref="PipelineException">There is no version of that dataset.</exception>
    public static async Task WriteAsync(CommittedDatasets datasets, string? dataset, bool json, TextWriter output,
        CancellationToken cancellation)
    {
        var found = await datasets.NewestAsync(dataset, cancellation);
        if (found.Count == 0 && dataset is not null)
        {
            throw new PipelineException(
                $"There is no version of a dataset '{dataset}' in the store; --dataset must be the 'data' of an experiment; leave it out "
                + "for all. 'status --rejected' shows what an import could not use.");
        }

        if (found.Count == 0 && !json)
            await output.WriteLineAsync("No dataset was imported yet.");
        foreach (var version in found)
        {
            foreach (var line in json
                ? [JsonSerializer.Serialize(DataLine.Of(version), PipelineJson.Compact)] : DatasetOverview.Lines(version.Manifest))
            {
                await output.WriteLineAsync(line);
            }
        }
    }
}

/// <summary>A line of <c>status --data --json</c>.</summary>
/// <param name="Data">As in report.json.</param>
internal sealed record DataLine(string Dataset, string Version, DataSummary Data, IReadOnlyList<Warning> Warnings)
{
    public static DataLine Of(DatasetVersion version) =>
        new(version.Manifest.Dataset, version.Version, version.Manifest.Data, version.Manifest.Warnings);
}

/// <summary>Columns as wide as their widest cell: the same on a terminal, in a pipe and in a file.</summary>
internal static class TextTable
{
    /// <param name="alignment">For each column <c>l</c> or <c>r</c>.</param>
    public static void Write(TextWriter output, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows,
        IReadOnlyList<char> alignment)
    {
        var all = rows.Prepend(head).ToList();
        var widths = head.Select((_, column) => all.Max(row => row[column].Length)).ToList();
        foreach (var row in all)
        {
            var cells = row.Select((cell, column) => alignment[column] == 'r'
                ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
