using Pipeline.Contracts;

namespace Pipeline.Ingestion.Findings;

/// <summary>What lies in the data and was not used, as part of the line that refuses a dataset: it often is the reason.</summary>
internal static class NotUsed
{
    /// <summary>A line can be read so far.</summary>
    private const int Most = 4;

    /// <returns>Sentences with a blank before them; empty where everything was used.</returns>
    public static string Of(IReadOnlyList<Warning> warnings)
    {
        var telling = warnings.Where(warning => warning.TellsOfUnused).ToList();
        var more = telling.Count - Most;
        return string.Concat(telling.Take(Most).Select(warning => $" {warning.Name}: {warning.Message}"))
            + (more > 0 ? $" {more} more {(more == 1 ? "warning" : "warnings")} of this kind: 'status --data' shows them." : "");
    }
}
