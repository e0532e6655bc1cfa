using Pipeline.Ingestion;

namespace Pipeline.Local.Results;

/// <summary>Rejections of one dataset for a person: by reason, the most frequent first, with a few files of each.</summary>
internal sealed class RejectedSummary(string dataset)
{
    private const int Examples = 5;

    private readonly Dictionary<RejectionReason, (long Samples, long Lines, List<Rejection> First)> byReason = [];

    public void Add(Rejection rejection)
    {
        var (samples, lines, first) = byReason.GetValueOrDefault(rejection.Reason, (0, 0, []));
        if (first.Count < Examples)
        {
            first.Add(rejection);
        }

        byReason[rejection.Reason] = (samples + rejection.Samples, lines + 1, first);
    }

    public void Write(TextWriter output)
    {
        output.WriteLine($"{dataset}: {byReason.Values.Sum(reason => reason.Samples)} rejected");
        foreach (var (reason, (samples, lines, first)) in byReason.OrderByDescending(entry => entry.Value.Samples).ThenBy(entry => entry.Key))
        {
            output.WriteLine($"  {samples} {Rejection.NameOf(reason)}");
            foreach (var rejection in first)
            {
                output.WriteLine($"    {rejection.Path}: {rejection.Message}");
            }

            if (lines > first.Count)
            {
                output.WriteLine($"    and {lines - first.Count} more; --json lists all");
            }
        }
    }
}
