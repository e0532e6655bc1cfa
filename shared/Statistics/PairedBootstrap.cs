namespace Pipeline.Statistics;

/// <summary>Two-way bootstrap of a metric: every resample takes as many draws, and as many test samples, with replacement (Efron and
/// Tibshirani 1993; for two crossed factors Owen 2007, "The pigeonhole bootstrap"). A resample is the same for all arms and label counts,
/// so that what they have in common (easy samples, lucky draws) cancels in their differences. Where there are several pretrained
/// encoders, it takes as many of them with replacement, too.</summary>
/// <remarks>With few draws a percentile interval is too narrow for what differs between draws:
/// its variance is (D − 1) / D of the unbiased one, and D draws leave D − 1 degrees of freedom.
/// What a draw does with a sample counts three times. <see cref="Interval.ForDraws"/>
/// corrects both, and <see cref="Interval.ForEncoders"/> the same of encoders. <br/> Resample r reads the stream
/// <c>CounterRandom(seed, "bootstrap").At(r)</c>: first the indices of the draws, then those of the test samples, then those of the
/// encoders.</remarks>
public sealed class PairedBootstrap
{
    private readonly int _encoders;
    private readonly int _draws;
    private readonly int _samples;
    private readonly int _resamples;
    private readonly CounterRandom _stream;

    /// <param name="draws">Label draws, above 0.</param>
    /// <param name="samples">Test samples, above 0.</param>
    /// <param name="resamples">Above 0; 2,000 give an interval's ends to about a tenth of its width.</param>
    /// <param name="encoders">Pretrained encoders, above 0.</param>
    public PairedBootstrap(int draws, int samples, int resamples, ulong seed, int encoders = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(encoders);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        (_encoders, _draws, _samples, _resamples) = (encoders, draws, samples, resamples);
        _stream = new CounterRandom(seed, "bootstrap");
    }

    /// <summary>Mean of the paired difference <c>first − second</c> and its 95 % interval.</summary>
    public static (double Mean, Interval Interval) Difference(Answers first, Answers second, int resamples, ulong seed)
    {
        var encoders = Math.Max(first.Encoders, second.Encoders);
        var resampled = new PairedBootstrap(first.Draws, first.Samples, resamples, seed, encoders).Resample([first, second]);
        return (first.Mean - second.Mean, resampled[0].DifferenceFrom(resampled[1]));
    }

    /// <summary>All cells in the same resamples.</summary>
    /// <param name="cells">Arms at label counts, all with this bootstrap's draws and test samples, and its encoders or one.</param>
    public IReadOnlyList<ResampledCell> Resample(IReadOnlyList<Answers> cells)
    {
        var (all, samples) = (Scores(cells), Scores(cells, encoders: false, draws: false));
        var draws = _encoders == 1 ? all : Scores(cells, encoders: false);
        return [.. cells.Select((cell, i) => new ResampledCell(cell, all[i], draws[i], samples[i]))];
    }

    /// <summary>The mean over encoders and draws of each cell's metric in each resample.</summary>
    /// <param name="cells">Arms at label counts, all with this bootstrap's draws and test samples, and its encoders or one.</param>
    /// <param name="encoders">False: every encoder counts once.</param>
    /// <param name="draws">False: every draw counts once.</param>
    /// <returns>[cells][resamples], 0 to 1.</returns>
    public double[][] Scores(IReadOnlyList<Answers> cells, bool encoders = true, bool draws = true)
    {
        if (cells.FirstOrDefault(cell => cell.Draws != _draws || cell.Samples != _samples) is { } odd)
        {
            throw new ArgumentException(
                $"A cell has {odd.Draws} draws and {odd.Samples} test samples; {_draws} and {_samples} are expected.", nameof(cells));
        }

        if (cells.FirstOrDefault(cell => cell.Encoders != 1 && cell.Encoders != _encoders) is { } other)
            throw new ArgumentException($"A cell has {other.Encoders} encoders; 1 or {_encoders} are expected.", nameof(cells));

        var scores = cells.Select(_ => new double[_resamples]).ToArray();
        var (encoderTimes, drawTimes, sampleTimes) = (new int[_encoders], new int[_draws], new int[_samples]);
        for (var resample = 0; resample < _resamples; resample++)
        {
            var random = _stream.At(resample);
            Resample(ref random, drawTimes);
            Resample(ref random, sampleTimes);
            Resample(ref random, encoderTimes);
            if (!draws)
                Array.Fill(drawTimes, 1);
            if (!encoders)
                Array.Fill(encoderTimes, 1);

            for (var cell = 0; cell < cells.Count; cell++)
                scores[cell][resample] = cells[cell].Score(encoderTimes, drawTimes, sampleTimes);
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
/// <param name="Scores">Over encoders, draws and test samples, [resamples].</param>
/// <param name="DrawScores">Over draws and test samples, [resamples].</param>
/// <param name="SampleScores">Over test samples alone, [resamples].</param>
public sealed record ResampledCell(Answers Answers, double[] Scores, double[] DrawScores, double[] SampleScores)
{
    /// <summary>Of the mean.</summary>
    public Interval Interval => Interval.ForEncoders(Scores, DrawScores, SampleScores, Answers.ByEncoder);

    /// <summary>Of the paired difference <c>this − other</c>.</summary>
    public Interval DifferenceFrom(ResampledCell other)
    {
        var (own, others) = (Answers.ByEncoder, other.Answers.ByEncoder);
        double[][] byEncoder = [.. Enumerable.Range(0, Math.Max(own.Count, others.Count))
            .Select(encoder => Less(own[Math.Min(encoder, own.Count - 1)], others[Math.Min(encoder, others.Count - 1)]))];
        return Interval.ForEncoders(
            Less(Scores, other.Scores), Less(DrawScores, other.DrawScores), Less(SampleScores, other.SampleScores), byEncoder);
    }

    private static double[] Less(IEnumerable<double> own, IEnumerable<double> others) => [.. own.Zip(others, (a, b) => a - b)];
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

        var (between, samples, both) = Components(values, sampleValues, byDraw);
        var quantile = StudentQuantile(draws - 1) / NormalQuantile;
        var stretch = Math.Sqrt(((quantile * quantile * between) + samples - both) / all);
        return interval.Stretched(byDraw.Average(), stretch);
    }

    /// <summary>The same over several encoders. To the variance of <see cref="ForDraws"/> with encoders as they are, C = S − (V − B − S)
    /// and B, comes that of the mean over encoders as the encoders tell it: A, with E − 1 degrees of freedom. Half the width is t √(A + B +
    /// C), with the degrees of Satterthwaite (1946), (A + B + C)² over A² / (E − 1) + B² / (D − 1). For two encoders, whose A is too often
    /// far too small for that, it is √(t² A + t² B + z² C), each t with its own degrees. What a draw or a sample does with an encoder is in
    /// A and in B or S: the interval is rather too wide than too narrow.</summary>
    /// <param name="values">Of resamples over encoders, draws and test samples.</param>
    /// <param name="drawValues">Of resamples over draws and test samples.</param>
    /// <param name="sampleValues">Of resamples over test samples.</param>
    /// <param name="byEncoder">What each encoder gave at each draw, [encoders][draws]. Of one encoder, the interval is that of
    /// <see cref="ForDraws"/>.</param>
    public static Interval ForEncoders(
        IReadOnlyList<double> values, IReadOnlyList<double> drawValues, IReadOnlyList<double> sampleValues,
        IReadOnlyList<IReadOnlyList<double>> byEncoder)
    {
        if (byEncoder.Count < 2)
            return ForDraws(values, sampleValues, byEncoder[0]);

        var (encoders, draws) = (byEncoder.Count, byEncoder[0].Count);
        double[] byDraw = [.. Enumerable.Range(0, draws).Select(draw => byEncoder.Average(encoder => encoder[draw]))];
        var (between, samples, both) = Components(drawValues, sampleValues, byDraw);
        var apart = Variance([.. byEncoder.Select(encoder => encoder.Average())]) / (encoders - 1);
        var (variance, all) = (apart + between + samples - both, Variance(values));
        if (variance <= 0 || all <= 0 || double.IsNaN(all))
            return Percentile(values);

        var ownDegrees = Math.Max(1, draws - 1);
        var degrees = variance * variance / ((apart * apart / (encoders - 1)) + (between * between / ownDegrees));
        var square = encoders > 2
            ? Square(StudentQuantile(degrees)) * variance
            : (Square(StudentQuantile(1)) * apart) + (Square(StudentQuantile(ownDegrees)) * between)
            + (Square(NormalQuantile) * (samples - both));
        return Percentile(values).Stretched(byDraw.Average(), Math.Sqrt(square / all) / NormalQuantile);
    }

    private static double Square(double value) => value * value;

    /// <summary>Variances of the mean: between draws, of drawing samples, and what is in both.</summary>
    private static (double Between, double Samples, double Both) Components(
        IReadOnlyList<double> drawValues, IReadOnlyList<double> sampleValues, IReadOnlyList<double> byDraw)
    {
        var (between, samples) = (byDraw.Count < 2 ? 0 : Variance(byDraw) / (byDraw.Count - 1), Variance(sampleValues));
        return (between, samples, Math.Clamp(Variance(drawValues) - between - samples, 0, Math.Min(between, samples)));
    }

    private Interval Stretched(double mean, double by) => new(mean - (by * (mean - Low)), mean + (by * (High - mean)));

    private static double Variance(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / values.Count;
    }

    /// <summary>The 97.5 % quantile of Student's distribution: exact for 1 and 2 degrees of freedom, by Cornish and Fisher's expansion
    /// (Abramowitz and Stegun 26.7.5) beyond: 0.7 % too small at 3, 0.3 % at 4, 0.1 % or less from 5 on.</summary>
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

    /// <summary>The same for degrees that are no whole number: on the straight line between their neighbours, which is above.</summary>
    internal static double StudentQuantile(double degrees)
    {
        const double NearlyNormal = 1e6;
        if (!(degrees < NearlyNormal))
            return NormalQuantile;

        var below = Math.Max(1, (int)degrees);
        var share = Math.Max(0, degrees - below);
        return ((1 - share) * StudentQuantile(below)) + (share * StudentQuantile(below + 1));
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
