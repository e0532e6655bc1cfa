using System.Text.Json;
using Pipeline.Ingestion.Rejecting;

namespace Pipeline.Cli.Results;

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
                    await output.WriteLineAsync(JsonSerializer.Serialize(RejectedLine.Of(name, rejection), PipelineJson.Compact));
                summary.Add(rejection);
            }

            if (!json)
                summary.Write(output);
        }

        if (datasets == 0 && dataset is not null)
        {
            throw new PipelineException(
                $"There is no import of a dataset '{dataset}' in the store; --dataset must be the 'data' "
                + "of an experiment; leave it out for all.");
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
        foreach (var (reason, (samples, lines, first)) in _byReason.OrderByDescending(entry => entry.Value.Samples)
            .ThenBy(entry => entry.Key))
        {
            output.WriteLine($"  {samples} {Rejection.NameOf(reason)}");
            foreach (var rejection in first)
                output.WriteLine($"    {rejection.Path}: {rejection.Message}");
            if (lines > first.Count)
                output.WriteLine($"    and {lines - first.Count} more; --json lists all");
        }
    }
}

/// <summary>A file that could not be used, or a label that could not: a line of JSON.</summary>
/// <param name="Path">Below the dropped folder; a member of an archive as <c>archive!/member</c>, a row of a table as <c>table!/row</c>, an
/// image of an IDX file as <c>file#number</c>.</param>
/// <param name="Reason">Its code, from the closed list of docs/rejections.md.</param>
/// <param name="Message">For a person.</param>
internal sealed record RejectedLine(string Dataset, string Path, string Reason, string Message)
{
    public static RejectedLine Of(string dataset, Rejection rejection) =>
        new(dataset, rejection.Path, Rejection.NameOf(rejection.Reason), rejection.Message);
}
