using Pipeline.Ingestion;

namespace Pipeline.Local.Results;

/// <summary>Rejections of one dataset for a person: by reason, the most frequent first, with a few files of each.</summary>
internal sealed class RejectedSummary(string dataset)
{
    private const int Examples = 5;

    private readonly Dictionary<RejectionReason, (long Count, List<Rejection> First)> byReason = [];

    public void Add(Rejection rejection)
    {
        var (count, first) = byReason.GetValueOrDefault(rejection.Reason, (0, []));
        if (first.Count < Examples)
        {
            first.Add(rejection);
        }

        byReason[rejection.Reason] = (count + 1, first);
    }

    public void Write(TextWriter output)
    {
        output.WriteLine($"{dataset}: {byReason.Values.Sum(reason => reason.Count)} rejected");
        foreach (var (reason, (count, first)) in byReason.OrderByDescending(entry => entry.Value.Count).ThenBy(entry => entry.Key))
        {
            output.WriteLine($"  {count} {Rejection.NameOf(reason)}");
            foreach (var rejection in first)
            {
                output.WriteLine($"    {rejection.Path}: {rejection.Message}");
            }

            if (count > first.Count)
            {
                output.WriteLine($"    and {count - first.Count} more; --json lists all");
            }
        }
    }
}
