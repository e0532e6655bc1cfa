namespace Pipeline.Statistics;

/// <summary>Answers judged by what was taken for what. Every pair (true, answered) that occurs has a number, so that a resample is one pass
/// over the samples and one over the pairs, however many classes there are.</summary>
public sealed class ConfusionAnswers : Answers
{
    private readonly string _metric;
    private readonly Truth _truth;
    private readonly int[][] _pairs;
    private readonly (int Truth, int Answer)[] _named;
    private readonly long[] _counts;
    private readonly long[] _right;
    private readonly long[] _asked;
    private readonly long[] _answered;

    /// <param name="metric"><see cref="Metrics.Accuracy"/>, <see cref="Metrics.MacroF1"/> or
    /// <see cref="Metrics.BalancedAccuracy"/>.</param>
    /// <param name="predictions">For each draw, an answer for each of the truth's labels. At least one draw.</param>
    public ConfusionAnswers(string metric, Truth truth, IReadOnlyList<int[]> predictions)
    {
        (this._metric, this._truth) = (metric, truth);
        var numbers = new Dictionary<(int, int), int>();
        _pairs = [.. predictions.Select(draw => draw.Length == truth.Labels.Count
            ? draw.Select((answer, place) => Number((truth.Labels[place], answer))).ToArray()
            : throw new ArgumentException($"A draw has {draw.Length} predictions for {truth.Labels.Count} labels.", nameof(predictions)))];
        _named = [.. numbers.OrderBy(entry => entry.Value).Select(entry => entry.Key)];
        _counts = new long[_named.Length];
        var classes = Math.Max(truth.Names.Count, _named.Length == 0 ? 0 : _named.Max(pair => Math.Max(pair.Truth, pair.Answer)) + 1);
        (_right, _asked, _answered) = (new long[classes], new long[classes], new long[classes]);

        int Number((int, int) pair)
        {
            if (!numbers.TryGetValue(pair, out var number))
                numbers[pair] = number = numbers.Count;

            return number;
        }
    }

    public override int Draws => _pairs.Length;

    public override int Samples => _truth.Samples;

    internal override double Score(int draw, ReadOnlySpan<int> times)
    {
        Count(_pairs[draw], times);
        Array.Clear(_right);
        Array.Clear(_asked);
        Array.Clear(_answered);
        for (var pair = 0; pair < _named.Length; pair++)
        {
            var (label, answer) = _named[pair];
            _asked[label] += _counts[pair];
            _answered[answer] += _counts[pair];
            _right[label] += label == answer ? _counts[pair] : 0;
        }

        return _metric switch
        {
            Metrics.MacroF1 => Macro(label => _asked[label] + _answered[label] > 0, label =>
                2.0 * _right[label] / (_asked[label] + _answered[label])),
            Metrics.BalancedAccuracy => Macro(label => _asked[label] > 0, label => _right[label] / (double)_asked[label]),
            _ => _asked.Sum() is var all and > 0 ? _right.Sum() / (double)all : 0,
        };
    }

    private void Count(int[] draw, ReadOnlySpan<int> times)
    {
        Array.Clear(_counts);
        for (var sample = 0; sample < times.Length; sample++)
        {
            if (times[sample] == 0)
                continue;

            foreach (var pair in draw.AsSpan(_truth.Of(sample)))
                _counts[pair] += times[sample];
        }
    }

    private double Macro(Func<int, bool> counts, Func<int, double> value)
    {
        var (sum, classes) = (0.0, 0);
        for (var label = 0; label < _right.Length; label++)
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
    private readonly long[,] _counts;

    private ConfusionMatrix(long[,] counts) => this._counts = counts;

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

    public int Classes => _counts.GetLength(0);

    public long this[int truth, int predicted] => _counts[truth, predicted];

    /// <summary>Answers given for samples of this class.</summary>
    public long Total(int truth) => Enumerable.Range(0, Classes).Sum(predicted => _counts[truth, predicted]);

    /// <summary>Of the samples of the class, the share taken for <paramref name="predicted"/>, 0 to 1;
    /// NaN when the class has no sample.</summary>
    public double Share(int truth, int predicted) => _counts[truth, predicted] / (double)Total(truth);

    /// <summary>Of the samples of the class, the share that was recognised, 0 to 1; NaN when the class has no sample.</summary>
    public double Recall(int truth) => Share(truth, truth);
}
