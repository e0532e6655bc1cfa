namespace Pipeline.Learning.Statistics;

/// <summary>How often each true class (row) was taken for each class (column).</summary>
public sealed class ConfusionMatrix
{
    private readonly long[,] counts;

    private ConfusionMatrix(long[,] counts) => this.counts = counts;

    /// <param name="classes">Number of classes; every class is an index below it.</param>
    /// <param name="truth">The true class of each test sample.</param>
    /// <param name="predictions">For each draw, the predicted class of each test sample; the draws are added up.</param>
    /// <exception cref="ArgumentOutOfRangeException">A class is not below <paramref name="classes"/>.</exception>
    public static ConfusionMatrix Of(int classes, IReadOnlyList<int> truth, IReadOnlyList<int[]> predictions)
    {
        var counts = new long[classes, classes];
        foreach (var draw in predictions)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(draw.Length, truth.Count, nameof(predictions));
            for (var sample = 0; sample < draw.Length; sample++)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)truth[sample], (uint)classes, nameof(truth));
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)draw[sample], (uint)classes, nameof(predictions));
                counts[truth[sample], draw[sample]]++;
            }
        }

        return new(counts);
    }

    public int Classes => counts.GetLength(0);

    public long this[int truth, int predicted] => counts[truth, predicted];

    /// <summary>Answers given for samples of this class.</summary>
    public long Total(int truth) => Enumerable.Range(0, Classes).Sum(predicted => counts[truth, predicted]);

    /// <summary>Of the samples of the class, the share taken for <paramref name="predicted"/>, 0 to 1; NaN when the class has no sample.</summary>
    public double Share(int truth, int predicted) => counts[truth, predicted] / (double)Total(truth);

    /// <summary>Of the samples of the class, the share that was recognised, 0 to 1; NaN when the class has no sample.</summary>
    public double Recall(int truth) => Share(truth, truth);
}
