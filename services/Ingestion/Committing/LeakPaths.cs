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

    public IEnumerable<Leak> All =>
        pairs.Select(
            pair =>
                new Leak(_paths[pair.Training], _paths[pair.HeldOut], ShardWriter.SplitName(pair.Split), Math.Round(pair.Correlation, 4)));

    public void Saw(int sample, string path)
    {
        if (_wanted.Contains(sample))
            _paths[sample] = path;
    }
}
