namespace Pipeline.Statistics;

/// <summary>What one arm answered at one label count, judged by one metric: [draws, samples],
/// the samples in the same order for every draw; where there are several encoders, [encoders, draws, samples].</summary>
public abstract class Answers
{
    /// <summary>Two resamples that ought to be equal must not differ by the order in which they were added up.</summary>
    private const int Digits = 12;

    /// <summary>Pretrained encoders that the arm was tried with. 1 for an arm without one.</summary>
    public virtual int Encoders => 1;

    public abstract int Draws { get; }

    public abstract int Samples { get; }

    /// <summary>The metric of each draw, 0 to 1: of several encoders, the mean over them.</summary>
    public IReadOnlyList<double> ByDraw
    {
        get
        {
            var once = Once(Samples);
            return [.. Enumerable.Range(0, Draws).Select(draw => Score(draw, once))];
        }
    }

    /// <summary>The metric of each encoder and draw, [encoders][draws], 0 to 1.</summary>
    public virtual IReadOnlyList<IReadOnlyList<double>> ByEncoder => [ByDraw];

    /// <summary>Mean of the metric over encoders and draws, 0 to 1.</summary>
    public double Mean => Score(Once(Draws), Once(Samples));

    /// <summary>The metric of one draw when each sample counts as often as <paramref name="times"/> says, [samples].</summary>
    internal abstract double Score(int draw, ReadOnlySpan<int> times);

    /// <summary>Mean of the metric when each draw and each sample counts as often as is said.</summary>
    internal virtual double Score(ReadOnlySpan<int> drawTimes, ReadOnlySpan<int> sampleTimes)
    {
        var sum = 0.0;
        for (var draw = 0; draw < drawTimes.Length; draw++)
            sum += drawTimes[draw] == 0 ? 0 : drawTimes[draw] * Score(draw, sampleTimes);

        return Rounded(sum / drawTimes.Length);
    }

    /// <summary>The same when each encoder counts as often as is said, too.</summary>
    internal virtual double Score(ReadOnlySpan<int> encoderTimes, ReadOnlySpan<int> drawTimes, ReadOnlySpan<int> sampleTimes) =>
        Score(drawTimes, sampleTimes);

    private protected static double Rounded(double score) => Math.Round(score, Digits);

    private static int[] Once(int count) => [.. Enumerable.Repeat(1, count)];
}

/// <summary>What an arm answered with each of several encoders.</summary>
public sealed class EncoderAnswers : Answers
{
    private readonly IReadOnlyList<Answers> _encoders;

    /// <param name="encoders">At least one, all of the same draws and samples.</param>
    /// <exception cref="ArgumentException">There is none, or they differ in their draws or samples.</exception>
    public EncoderAnswers(IReadOnlyList<Answers> encoders)
    {
        if (encoders.Select(answers => (answers.Draws, answers.Samples)).Distinct().Count() != 1)
            throw new ArgumentException("Answers of encoders must have the same draws and samples.", nameof(encoders));

        _encoders = encoders;
    }

    public override int Encoders => _encoders.Count;

    public override int Draws => _encoders[0].Draws;

    public override int Samples => _encoders[0].Samples;

    public override IReadOnlyList<IReadOnlyList<double>> ByEncoder => [.. _encoders.Select(answers => answers.ByDraw)];

    internal override double Score(int draw, ReadOnlySpan<int> times)
    {
        var sum = 0.0;
        foreach (var answers in _encoders)
            sum += answers.Score(draw, times);

        return Rounded(sum / _encoders.Count);
    }

    internal override double Score(ReadOnlySpan<int> encoderTimes, ReadOnlySpan<int> drawTimes, ReadOnlySpan<int> sampleTimes)
    {
        var sum = 0.0;
        for (var i = 0; i < encoderTimes.Length; i++)
            sum += encoderTimes[i] == 0 ? 0 : encoderTimes[i] * _encoders[i].Score(drawTimes, sampleTimes);

        return Rounded(sum / encoderTimes.Length);
    }
}

/// <summary>What should have been answered.</summary>
/// <param name="Labels">Classes of the samples; of tagged sequences, the tags of their words, one sequence after another.</param>
/// <param name="Names">Of the classes or tags; a label is an index into it.</param>
/// <param name="Starts">Of tagged sequences, where each begins in <paramref name="Labels"/>;
/// null where every label is a sample of its own.</param>
public sealed record Truth(IReadOnlyList<int> Labels, IReadOnlyList<string> Names, IReadOnlyList<int>? Starts = null)
{
    public bool Tagged => Starts is not null;

    /// <summary>What a resample draws: samples, or whole sequences.</summary>
    public int Samples => Starts?.Count ?? Labels.Count;

    /// <summary>The labels of one sample.</summary>
    public Range Of(int sample) =>
        Starts is null ? sample..(sample + 1) : Starts[sample]..(sample + 1 < Starts.Count ? Starts[sample + 1] : Labels.Count);
}
