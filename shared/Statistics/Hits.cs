using System.Numerics;

namespace Pipeline.Statistics;

/// <summary>Which test samples one arm got right at one label count. Judged by accuracy.</summary>
public sealed class Hits : Answers
{
    // One row for each draw: −1 (all bits set) where the answer is right, else 0, so that a weight is taken or dropped by a bitwise and.
    private readonly int[][] _masks;

    /// <param name="byDraw">For each draw and test sample, whether the answer is right. At least one draw and one sample.</param>
    /// <exception cref="ArgumentException">There is no draw or no sample, or the draws have different numbers of samples.</exception>
    public Hits(IReadOnlyList<bool[]> byDraw)
    {
        if (byDraw.Count == 0 || byDraw[0].Length == 0)
            throw new ArgumentException("Hits need at least one draw and one test sample.", nameof(byDraw));

        if (byDraw.FirstOrDefault(draw => draw.Length != byDraw[0].Length) is { } odd)
            throw new ArgumentException($"A draw has {odd.Length} test samples, the first has {byDraw[0].Length}.", nameof(byDraw));

        _masks = [.. byDraw.Select(draw => Array.ConvertAll(draw, right => right ? -1 : 0))];
    }

    /// <param name="truth">The true class of each test sample.</param>
    /// <param name="predictions">For each draw, the predicted class of each test sample.</param>
    public static Hits Of(IReadOnlyList<int> truth, IReadOnlyList<int[]> predictions) =>
        new([.. predictions.Select(draw => draw.Length == truth.Count
            ? draw.Select((predicted, sample) => predicted == truth[sample]).ToArray()
            : throw new ArgumentException($"A draw has {draw.Length} predictions for {truth.Count} test samples.", nameof(predictions)))]);

    public override int Draws => _masks.Length;

    public override int Samples => _masks[0].Length;

    internal override double Score(int draw, ReadOnlySpan<int> times) => Count(draw, times) / (double)Samples;

    internal override double Score(ReadOnlySpan<int> drawTimes, ReadOnlySpan<int> sampleTimes)
    {
        var right = 0L;
        for (var draw = 0; draw < drawTimes.Length; draw++)
        {
            if (drawTimes[draw] > 0)
                right += (long)drawTimes[draw] * Count(draw, sampleTimes);
        }

        return right / ((double)drawTimes.Length * sampleTimes.Length);
    }

    /// <summary>Right answers of one draw when each sample counts as often as <paramref name="times"/> says, [samples].</summary>
    private int Count(int draw, ReadOnlySpan<int> times)
    {
        ReadOnlySpan<int> mask = _masks[draw];
        var lanes = Vector<int>.Zero;
        var sample = 0;
        for (; sample <= mask.Length - Vector<int>.Count; sample += Vector<int>.Count)
            lanes += new Vector<int>(mask[sample..]) & new Vector<int>(times[sample..]);

        var sum = Vector.Sum(lanes);
        for (; sample < mask.Length; sample++)
            sum += mask[sample] & times[sample];

        return sum;
    }
}
