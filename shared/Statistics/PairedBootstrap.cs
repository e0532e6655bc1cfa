namespace Pipeline.Statistics;

/// <summary>Two-way bootstrap of a metric: every resample takes as many draws, and as many test samples, with replacement (Efron and
/// Tibshirani 1993; for two crossed factors Owen 2007, "The pigeonhole bootstrap"). A resample is the same for all arms and label counts,
/// so that what they have in common (easy samples, lucky draws) cancels in their differences.</summary>
/// <remarks>Coverage: of 200 made-up experiments with five draws, the 95 % interval held the true difference in 94 to 99 % when chance on
/// single answers outweighed how differently a draw suits the two arms, but in 89 % when it did not: with few draws, a percentile interval
/// is too narrow for what differs between draws by about √((D − 1) / D). With twenty draws it was 97 %. <br/> Resample r reads the stream
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

    /// <summary>Mean of the paired difference <c>first − second</c> and its 95 % percentile interval.</summary>
    public static (double Mean, Interval Interval) Difference(Answers first, Answers second, int resamples, ulong seed)
    {
        var scores = new PairedBootstrap(first.Draws, first.Samples, resamples, seed).Scores([first, second]);
        return (first.Mean - second.Mean, DifferenceInterval(scores[0], scores[1]));
    }

    /// <param name="first">Scores of one arm, [resamples].</param>
    /// <param name="second">Those of the other in the same resamples.</param>
    public static Interval DifferenceInterval(double[] first, double[] second) =>
        Interval.Percentile([.. first.Zip(second, (a, b) => a - b)]);

    /// <summary>The mean over the draws of each cell's metric in each resample.</summary>
    /// <param name="cells">Arms at label counts, all with this bootstrap's draws and test samples.</param>
    /// <returns>[cells][resamples], 0 to 1.</returns>
    public double[][] Scores(IReadOnlyList<Answers> cells)
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

/// <summary>A 95 % interval.</summary>
public readonly record struct Interval(double Low, double High)
{
    private const double TailShare = 0.025;

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
