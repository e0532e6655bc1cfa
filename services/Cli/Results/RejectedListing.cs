using System.Text.Json;
using Pipeline.Ingestion.Rejecting;

namespace Pipeline.Cli.Results;

/// <summary>Writes what was rejected, one file at a time, however many there are.</summary>
internal static class RejectedListing
{
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
                    var line = new { Dataset = name, rejection.Path, Reason = Rejection.NameOf(rejection.Reason), rejection.Message };
                    await output.WriteLineAsync(JsonSerializer.Serialize(line, PipelineJson.Compact));
                }

                summary.Add(rejection);
            }

            if (!json)
                summary.Write(output);
        }

        if (datasets == 0 && dataset is not null)
        {
            throw new PipelineException($"There is no import of a dataset '{dataset}' in the store; --dataset must be the 'data' of an "
                + "experiment; leave it out for all.");
        }

        if (datasets == 0 && !json)
            await output.WriteLineAsync("Nothing was imported yet.");
    }
}

/// <summary>Rejections of one dataset for a person: by reason, the most frequent first, with a few files of each.</summary>
internal sealed class RejectedSummary(string dataset)
{
    private const int Examples = 5;

    private readonly Dictionary<RejectionReason, (long Samples, long Lines, List<Rejection> First)> _byReason = [];

    public void Add(Rejection rejection)
    {
        var (samples, lines, first) = _byReason.GetValueOrDefault(rejection.Reason, (0, 0, []));
        if (first.Count < Examples)
            first.Add(rejection);
        _byReason[rejection.Reason] = (samples + rejection.Samples, lines + 1, first);
    }

    public void Write(TextWriter output)
    {
        output.WriteLine($"{dataset}: {_byReason.Values.Sum(reason => reason.Samples)} rejected");
        var ordered = _byReason.OrderByDescending(entry => entry.Value.Samples).ThenBy(entry => entry.Key);
        foreach (var (reason, (samples, lines, first)) in ordered)
        {
            output.WriteLine($"  {samples} {Rejection.NameOf(reason)}");
            foreach (var rejection in first)
                output.WriteLine($"    {rejection.Path}: {rejection.Message}");
            if (lines > first.Count)
                output.WriteLine($"    and {lines - first.Count} more; --json lists all");
        }
    }
}
