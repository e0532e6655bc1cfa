using Pipeline.Contracts;
using Pipeline.Hosting.Runs;

namespace Pipeline.Local.Results;

/// <summary>A run that somebody names.</summary>
internal static class KnownRun
{
    /// <exception cref="PipelineException">The store has no run of that name.</exception>
    public static async Task CheckAsync(RunLedger ledger, string store, string wanted, CancellationToken cancellation)
    {
        var known = (await ledger.ListAsync(cancellation)).Select(run => run.RunId).ToList();
        if (!known.Contains(wanted))
        {
            throw new PipelineException($"There is no run '{wanted}' in {store}; {(known.Count == 0 ? "it has no runs yet" : $"valid are {string.Join(", ", known)}")}.");
        }
    }
}
