namespace Pipeline.Statistics;

/// <summary>What one arm answered at one label count, judged by one metric: [draws, samples],
/// the samples in the same order for every draw.</summary>
public abstract class Answers
{
    /// <summary>Two resamples that ought to be equal must not differ by the order in which they were added up.</summary>
    private const int Digits = 12;

    public abstract int Draws { get; }

    public abstract int Samples { get; }

    /// <summary>The metric of each draw, 0 to 1.</summary>
    public IReadOnlyList<double> ByDraw
    {
        get
        {
            var once = Once(Samples);
            return [.. Enumerable.Range(0, Draws).Select(draw => Score(draw, once))];
        }
    }

    /// <summary>Mean of the metric over the draws, 0 to 1.</summary>
    public double Mean => Score(Once(Draws), Once(Samples));

    /// <summary>The metric of one draw when each sample counts as often as <paramref name="times"/> says, [samples].</summary>
    protected abstract double Score(int draw, ReadOnlySpan<int> times);

    /// <summary>Mean of the metric when each draw and each sample counts as often as is said.</summary>
    internal virtual double Score(ReadOnlySpan<int> drawTimes, ReadOnlySpan<int> sampleTimes)
    {
        var sum = 0.0;
        for (var draw = 0; draw < drawTimes.Length; draw++)
            sum += drawTimes[draw] == 0 ? 0 : drawTimes[draw] * Score(draw, sampleTimes);

        return Math.Round(sum / drawTimes.Length, Digits);
    }

    private static int[] Once(int count) => [.. Enumerable.Repeat(1, count)];
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
