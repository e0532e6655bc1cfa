namespace Pipeline.Statistics;

/// <summary>Two-way bootstrap of a metric: every resample takes as many draws, and as many test samples, with replacement (Efron and
/// Tibshirani 1993; for two crossed factors Owen 2007, "The pigeonhole bootstrap"). A resample is the same for all arms and label counts,
/// so that what they have in common (easy samples, lucky draws) cancels in their differences.</summary>
/// <remarks>With few draws a percentile interval is too narrow for what differs between draws:
/// its variance is (D − 1) / D of the unbiased one, and D draws leave D − 1 degrees of freedom.
/// What a draw does with a sample counts three times. <see cref="Interval.ForDraws"/>
/// corrects both. <br/> Resample r reads the stream
/// <c>CounterRandom(seed, "bootstrap").At(r)</c>: first the indices of the draws, then those of the test samples.</remarks>
public sealed class PairedBootstrap
{
    private readonly int _draws;
    private readonly int _samples;
    private readonly int _resamples;
    private readonly CounterRandom _stream;

    /// <param name="draws">Label draws, above 0.</param>
    /// <param name="samples">Test samples, above 0.</param>
    /// <param name="resamples">Above 0; 2,000 give an interval's ends to about a tenth of its width.</param>
    public PairedBootstrap(int draws, int samples, int resamples, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        (this._draws, this._samples, this._resamples) = (draws, samples, resamples);
        _stream = new CounterRandom(seed, "bootstrap");
    }

    /// <summary>Mean of the paired difference <c>first − second</c> and its 95 % interval.</summary>
    public static (double Mean, Interval Interval) Difference(Answers first, Answers second, int resamples, ulong seed)
    {
        var resampled = new PairedBootstrap(first.Draws, first.Samples, resamples, seed).Resample([first, second]);
        return (first.Mean - second.Mean, resampled[0].DifferenceFrom(resampled[1]));
    }

    /// <summary>All cells in the same resamples.</summary>
    /// <param name="cells">Arms at label counts, all with this bootstrap's draws and test samples.</param>
    public IReadOnlyList<ResampledCell> Resample(IReadOnlyList<Answers> cells)
    {
        var (both, samples) = (Scores(cells, draws: true), Scores(cells, draws: false));
        return [.. cells.Select((cell, i) => new ResampledCell(cell, both[i], samples[i]))];
    }

    /// <summary>The mean over the draws of each cell's metric in each resample.</summary>
    /// <param name="cells">Arms at label counts, all with this bootstrap's draws and test samples.</param>
    /// <param name="draws">False: every draw counts once, and only test samples are drawn.</param>
    /// <returns>[cells][resamples], 0 to 1.</returns>
    public double[][] Scores(IReadOnlyList<Answers> cells, bool draws = true)
    {
        if (cells.FirstOrDefault(cell => cell.Draws != _draws || cell.Samples != _samples) is { } odd)
        {
            throw new ArgumentException(
                $"A cell has {odd.Draws} draws and {odd.Samples} test samples; {_draws} and {_samples} are expected.", nameof(cells));
        }

        var scores = cells.Select(_ => new double[_resamples]).ToArray();
        var drawTimes = new int[_draws];
        var sampleTimes = new int[_samples];
        for (var resample = 0; resample < _resamples; resample++)
        {
            var random = _stream.At(resample);
            Resample(ref random, drawTimes);
            Resample(ref random, sampleTimes);
            if (!draws)
                Array.Fill(drawTimes, 1);

            for (var cell = 0; cell < cells.Count; cell++)
                scores[cell][resample] = cells[cell].Score(drawTimes, sampleTimes);
        }

        return scores;
    }

    /// <summary>As many indices as there are, with replacement; leaves how often each came.</summary>
    private static void Resample(ref CounterRandom random, int[] times)
    {
        Array.Clear(times);
        for (var i = 0; i < times.Length; i++)
            times[random.NextInt(times.Length)]++;
    }
}

/// <summary>One arm at one label count in the resamples.</summary>
/// <param name="Scores">Over draws and test samples, [resamples].</param>
/// <param name="SampleScores">Over test samples alone, [resamples].</param>
public sealed record ResampledCell(Answers Answers, double[] Scores, double[] SampleScores)
{
    /// <summary>Of the mean.</summary>
    public Interval Interval => Interval.ForDraws(Scores, SampleScores, Answers.ByDraw);

    /// <summary>Of the paired difference <c>this − other</c>.</summary>
    public Interval DifferenceFrom(ResampledCell other)
    {
        double[] Less(IEnumerable<double> own, IEnumerable<double> others) => [.. own.Zip(others, (a, b) => a - b)];
        return Interval.ForDraws(
            Less(Scores, other.Scores), Less(SampleScores, other.SampleScores), Less(Answers.ByDraw, other.Answers.ByDraw));
    }
}

/// <summary>A 95 % interval.</summary>
public readonly record struct Interval(double Low, double High)
{
    private const double TailShare = 0.025;
    private const double NormalQuantile = 1.959964;

    /// <summary>The percentile interval of bootstrap values (Efron and Tibshirani 1993, "An introduction to the bootstrap", §13.3): of B
    /// sorted values, the k-th from below and the k-th from above, k = ⌊0.025 (B + 1)⌋, at least 1. No interpolation, so infinite values
    /// keep their rank.</summary>
    public static Interval Percentile(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            throw new ArgumentException("An interval needs at least one value.", nameof(values));

        double[] sorted = [.. values.Order()];
        var rank = Math.Max(1, (int)(TailShare * (sorted.Length + 1)));
        return new(sorted[rank - 1], sorted[^rank]);
    }

    /// <summary>The percentile interval, stretched about the mean to the width that its variance components ask for. Let B be the
    /// variance of the mean over draws as the draws tell it, with D − 1 degrees of freedom;
    /// S that of drawing test samples with the draws as they are; V that of drawing both. What a draw does with a sample (which is in B, in
    /// S, and three times in V: Owen 2007) is V − B − S. Half the width is √(t² B + z² (S − (V − B − S))),
    /// over √V of the percentile interval.</summary>
    /// <param name="values">Of resamples over draws and test samples.</param>
    /// <param name="sampleValues">Of resamples over test samples.</param>
    /// <param name="byDraw">What each draw gave. One draw tells nothing about others: its interval is not stretched.</param>
    public static Interval ForDraws(IReadOnlyList<double> values, IReadOnlyList<double> sampleValues, IReadOnlyList<double> byDraw)
    {
        var interval = Percentile(values);
        var draws = byDraw.Count;
        var all = Variance(values);
        if (draws < 2 || all <= 0 || double.IsNaN(all))
            return interval;

        var mean = byDraw.Average();
        var (between, samples) = (Variance(byDraw) / (draws - 1), Variance(sampleValues));
        var both = Math.Clamp(all - between - samples, 0, Math.Min(between, samples));
        var quantile = StudentQuantile(draws - 1) / NormalQuantile;
        var stretch = Math.Sqrt(((quantile * quantile * between) + samples - both) / all);
        return new(mean - (stretch * (mean - interval.Low)), mean + (stretch * (interval.High - mean)));
    }

    private static double Variance(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / values.Count;
    }

    /// <summary>The 97.5 % quantile of Student's distribution: exact for 1 and 2 degrees of freedom, by Cornish and Fisher's expansion
    /// (Abramowitz and Stegun 26.7.5) to 0.2 % above.</summary>
    internal static double StudentQuantile(int degrees)
    {
        const double Z = NormalQuantile;
        return degrees switch
        {
            1 => Math.Tan(Math.PI * (0.5 - TailShare)),
            2 => (1 - (2 * TailShare)) * Math.Sqrt(2 / (1 - ((1 - (2 * TailShare)) * (1 - (2 * TailShare))))),
            _ => Z
                + ((Math.Pow(Z, 3) + Z) / (4 * degrees))
                + (((5 * Math.Pow(Z, 5)) + (16 * Math.Pow(Z, 3)) + (3 * Z)) / (96 * Math.Pow(degrees, 2)))
                + (((3 * Math.Pow(Z, 7)) + (19 * Math.Pow(Z, 5)) + (17 * Math.Pow(Z, 3)) - (15 * Z)) / (384 * Math.Pow(degrees, 3))),
        };
    }
}

/// <summary>A difference counts when its whole 95 % interval lies on one side of 0.</summary>
public static class VerdictRule
{
    public static Verdict Judge(Interval difference) => difference switch
    {
        { Low: > 0 } => Verdict.Helps,
        { High: < 0 } => Verdict.Hurts,
        _ => Verdict.NoEvidence,
    };
}
