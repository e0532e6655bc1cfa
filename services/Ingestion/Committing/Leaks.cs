using Pipeline.Artifacts;
using Pipeline.Lake.Findings;
using Pipeline.Likeness;

namespace Pipeline.Ingestion.Committing;

/// <summary>A line of the leaks file.</summary>
/// <param name="Training">Path of the training sample, as in provenance.</param>
/// <param name="HeldOut">Path of the one in validation or test.</param>
/// <param name="Split"><c>validation</c> or <c>test</c>.</param>
/// <param name="Correlation">Of their thumbnails; of sequences their resemblance.</param>
public sealed record Leak(string Training, string HeldOut, string Split, double Correlation);

/// <summary>Gives pairs of samples their paths, while the samples pass by.</summary>
internal sealed class LeakPaths(IReadOnlyList<LeakedPair> pairs)
{
    private readonly HashSet<int> _wanted = [.. pairs.SelectMany(pair => (int[])[pair.Training, pair.HeldOut])];
    private readonly Dictionary<int, string> _paths = [];

    public IEnumerable<Leak> All => pairs.Select(
        pair => new Leak(_paths[pair.Training], _paths[pair.HeldOut], ShardWriter.SplitName(pair.Split), Math.Round(pair.Correlation, 4)));

    public void Saw(int sample, string path)
    {
        if (_wanted.Contains(sample))
            _paths[sample] = path;
    }
}

/// <summary>Whether the data's own splits keep near-duplicates apart: a network that has seen a test picture says nothing about the
/// test.</summary>
internal static class LeakGate
{
    private const int MostNamed = 20;

    /// <exception cref="PipelineException">They do not, and the experiment does not let it pass.</exception>
    public static async Task VerifyAsync(
        IArtifactStore store, Experiment experiment, DatasetManifest dataset, CancellationToken cancellation)
    {
        if (dataset.Leaks is null || experiment.Split.AllowLeaks)
            return;

        var leaks = JsonLines.ReadAsync<Leak>(await store.OpenReadAsync(dataset.Leaks.Key, cancellation), cancellation);
        var named = await leaks.Take(MostNamed).Select(leak => $"'{leak.Training}' and '{leak.HeldOut}' ({leak.Split})").ToListAsync(
            cancellation);
        var sample = ModalityWords.Of(dataset.Modality).Sample;
        var others = dataset.Summary.Leaks - named.Count;
        throw new PipelineException(
            $"The dataset '{dataset.Dataset}' brings its own splits, and {dataset.Summary.Leaks} pairs of nearly the same {sample} lie on "
                + $"both sides of them: {string.Join(", ", named)}{(others > 0 ? $" and {others} more" : "")}. All stand in "
                + $"{dataset.Leaks.Key}; the splits must share no {sample}, or the experiment's split must have 'allowLeaks: true', which "
                + $"the report then says.{NotUsed.Of(dataset.Warnings)}");
    }
}
