namespace Pipeline.Statistics;

/// <summary>
/// Answers judged by what was taken for what. Every pair (true, answered) that occurs has a number, so that a resample is one pass over the samples and one over the pairs,
/// however many classes there are.
/// </summary>
public sealed class ConfusionAnswers : Answers
{
    private readonly string metric;
    private readonly Truth truth;
    private readonly int[][] pairs;
    private readonly (int Truth, int Answer)[] named;
    private readonly long[] counts;
    private readonly long[] right;
    private readonly long[] asked;
    private readonly long[] answered;

    /// <param name="metric"><see cref="Metrics.Accuracy"/>, <see cref="Metrics.MacroF1"/> or <see cref="Metrics.BalancedAccuracy"/>.</param>
    /// <param name="predictions">For each draw, an answer for each of the truth's labels. At least one draw.</param>
    public ConfusionAnswers(string metric, Truth truth, IReadOnlyList<int[]> predictions)
    {
        (this.metric, this.truth) = (metric, truth);
        var numbers = new Dictionary<(int, int), int>();
        pairs = [.. predictions.Select(draw => draw.Length == truth.Labels.Count
            ? draw.Select((answer, place) => Number((truth.Labels[place], answer))).ToArray()
            : throw new ArgumentException($"A draw has {draw.Length} predictions for {truth.Labels.Count} labels.", nameof(predictions)))];
        named = [.. numbers.OrderBy(entry => entry.Value).Select(entry => entry.Key)];
        counts = new long[named.Length];
        var classes = Math.Max(truth.Names.Count, named.Length == 0 ? 0 : named.Max(pair => Math.Max(pair.Truth, pair.Answer)) + 1);
        (right, asked, answered) = (new long[classes], new long[classes], new long[classes]);

        int Number((int, int) pair)
        {
            if (!numbers.TryGetValue(pair, out var number))
            {
                numbers[pair] = number = numbers.Count;
            }

            return number;
        }
    }

    public override int Draws => pairs.Length;

    public override int Samples => truth.Samples;

    protected override double Score(int draw, ReadOnlySpan<int> times)
    {
        Count(pairs[draw], times);
        Array.Clear(right);
        Array.Clear(asked);
        Array.Clear(answered);
        for (var pair = 0; pair < named.Length; pair++)
        {
            var (label, answer) = named[pair];
            asked[label] += counts[pair];
            answered[answer] += counts[pair];
            right[label] += label == answer ? counts[pair] : 0;
        }

        return metric switch
        {
            Metrics.MacroF1 => Macro(label => asked[label] + answered[label] > 0, label => 2.0 * right[label] / (asked[label] + answered[label])),
            Metrics.BalancedAccuracy => Macro(label => asked[label] > 0, label => right[label] / (double)asked[label]),
            _ => asked.Sum() is var all and > 0 ? right.Sum() / (double)all : 0,
        };
    }

    private void Count(int[] draw, ReadOnlySpan<int> times)
    {
        Array.Clear(counts);
        for (var sample = 0; sample < times.Length; sample++)
        {
            if (times[sample] == 0)
            {
                continue;
            }

            foreach (var pair in draw.AsSpan(truth.Of(sample)))
            {
                counts[pair] += times[sample];
            }
        }
    }

    private double Macro(Func<int, bool> counts, Func<int, double> value)
    {
        var (sum, classes) = (0.0, 0);
        for (var label = 0; label < right.Length; label++)
        {
            if (counts(label))
            {
                sum += value(label);
                classes++;
            }
        }

        return classes == 0 ? 0 : sum / classes;
    }
}

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
