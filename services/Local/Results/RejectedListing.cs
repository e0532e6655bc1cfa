using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Ingestion.Rejecting;

namespace Pipeline.Local.Results;

/// <summary>Writes what was rejected, one file at a time, however many there are.</summary>
internal static class RejectedListing
{
    /// <param name="dataset">One only; null for all.</param>
    /// <param name="json">One JSON object a file.</param>
    /// <exception cref="PipelineException">Nothing of that name was ever imported.</exception>
    public static async Task WriteAsync(RejectedFiles files, string? dataset, bool json, TextWriter output, CancellationToken cancellation)
    {
        var datasets = 0;
        await foreach (var (name, rejections) in files.ListAsync(dataset, cancellation))
        {
            datasets++;
            var summary = new RejectedSummary(name);
            await foreach (var rejection in rejections)
            {
                if (json)
                {
                    await output.WriteLineAsync(JsonSerializer.Serialize(RejectedLine.Of(name, rejection), PipelineJson.Compact));
                }

                summary.Add(rejection);
            }

            if (!json)
            {
                summary.Write(output);
            }
        }

        if (datasets == 0 && dataset is not null)
        {
            throw new PipelineException($"There is no import of a dataset '{dataset}' in the store; valid is the name that an experiment gives under 'data', or no --dataset for all.");
        }

        if (datasets == 0 && !json)
        {
            await output.WriteLineAsync("Nothing was imported yet.");
        }
    }
}
