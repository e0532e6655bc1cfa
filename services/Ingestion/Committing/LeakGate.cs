using Pipeline.Artifacts;
using Pipeline.Lake.Findings;

namespace Pipeline.Ingestion.Committing;

/// <summary>Whether the data's own splits keep apart what is nearly the same picture: a network that has seen a test picture says nothing
/// about the test.</summary>
internal static class LeakGate
{
    private const int MostNamed = 20;

    /// <exception cref="PipelineException">They do not, and the experiment does not let it pass.</exception>
    public static async Task VerifyAsync(
        IArtifactStore store, Experiment experiment, DatasetManifest dataset, CancellationToken cancellation)
    {
        if (dataset.Leaks is null || experiment.Split.AllowLeaks)
            return;

        var named = new List<string>();
        await foreach (var leak in JsonLines.ReadAsync<Leak>(await store.OpenReadAsync(dataset.Leaks.Key, cancellation), cancellation))
        {
            named.Add($"'{leak.Training}' and '{leak.HeldOut}' ({leak.Split})");
            if (named.Count == MostNamed)
                break;
        }

        var sample = ModalityWords.Of(dataset.Modality).Sample;
        var others = dataset.Summary.Leaks - named.Count;
        throw new PipelineException(
            $"The dataset '{dataset.Dataset}' brings its own splits, and {dataset.Summary.Leaks} pairs of nearly the same {sample} lie on "
                + $"both sides of them: {string.Join(", ", named)}{(others > 0 ? $" and {others} more" : "")}. All stand in "
                + $"{dataset.Leaks.Key}; the splits must share no {sample}, or the experiment's split must have 'allowLeaks: true', which "
                + $"the report then says.{NotUsed.Of(dataset.Warnings)}");
    }
}
