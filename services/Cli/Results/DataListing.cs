using System.Text.Json;
using Pipeline.Ingestion.Committing;

namespace Pipeline.Cli.Results;

/// <summary>Writes what was understood of each dataset's newest version.</summary>
internal static class DataListing
{
    /// <exception cref="PipelineException">There is no version of that dataset.</exception>
    public static async Task WriteAsync(
        CommittedDatasets datasets, string? dataset, bool json, TextWriter output, CancellationToken cancellation)
    {
        var found = await datasets.NewestAsync(dataset, cancellation);
        if (found.Count == 0 && dataset is not null)
        {
            throw new PipelineException($"There is no version of a dataset '{dataset}' in the store; --dataset must be the 'data' of an "
                + "experiment; leave it out for all. 'status --rejected' shows what an import could not use.");
        }

        if (found.Count == 0 && !json)
            await output.WriteLineAsync("No dataset was imported yet.");
        foreach (var (version, manifest) in found)
        {
            var lines = json
                ? [JsonSerializer.Serialize(new { manifest.Dataset, version, manifest.Data, manifest.Warnings }, PipelineJson.Compact)]
                : DatasetOverview.Lines(manifest);
            foreach (var line in lines)
                await output.WriteLineAsync(line);
        }
    }
}

/// <summary>Columns as wide as their widest cell: the same on a terminal, in a pipe and in a file.</summary>
internal static class TextTable
{
    /// <param name="alignment">For each column <c>l</c> or <c>r</c>.</param>
    public static void Write(TextWriter output, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, string alignment)
    {
        var all = rows.Prepend(head).ToList();
        var widths = head.Select((_, column) => all.Max(row => row[column].Length)).ToList();
        foreach (var row in all)
        {
            var cells = row.Select((cell, column) =>
                alignment[column] == 'r' ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
