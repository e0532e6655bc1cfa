using Pipeline.Contracts;

namespace Pipeline.PseudoLabels;

/// <summary>How the labels of the training split spread over the classes.</summary>
internal static class Balance
{
    public static LabelBalance Of(DatasetManifest dataset)
    {
        var labelled = dataset.ClassCounts.Sum(count => count.Train);
        var samples = dataset.Shards.Where(shard => shard.Split == Split.Train).Sum(shard => (long)shard.Samples);
        double[] shares = [.. dataset.ClassCounts.Where(count => count.Train > 0).Select(count => count.Train / (double)labelled)];
        return new LabelBalance(
            samples > 0 ? labelled / (double)samples : 0,
            dataset.ClassCounts.ToDictionary(count => count.Class, count => count.Train),
            shares.DefaultIfEmpty().Max(),
            shares.Length == 0 ? 0 : Math.Exp(-shares.Sum(share => share * Math.Log(share))));
    }
}
