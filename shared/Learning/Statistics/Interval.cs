namespace Pipeline.Learning.Statistics;

/// <summary>A 95 % interval.</summary>
public readonly record struct Interval(double Low, double High)
{
    private const double TailShare = 0.025;

    /// <summary>
    /// The percentile interval of bootstrap values (Efron and Tibshirani 1993, "An introduction to the bootstrap", §13.3): of B sorted values,
    /// the k-th from below and the k-th from above, k = ⌊0.025 (B + 1)⌋, at least 1. No interpolation, so infinite values keep their rank.
    /// </summary>
    public static Interval Percentile(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            throw new ArgumentException("An interval needs at least one value.", nameof(values));
        }

        double[] sorted = [.. values.Order()];
        var rank = Math.Max(1, (int)(TailShare * (sorted.Length + 1)));
        return new(sorted[rank - 1], sorted[^rank]);
    }
}
