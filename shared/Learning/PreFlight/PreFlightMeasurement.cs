using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.PreFlight;

/// <summary>Measures every pretext task that there is on a drawn sample. The same samples and settings give the same figures.</summary>
/// <param name="samples">To draw from; nothing else is looked at.</param>
/// <param name="ambiguity">Two views closer than this count as the same picture, as for pseudo-labels.</param>
public sealed class PreFlightMeasurement(SampleReader samples, PreFlightSettings settings, double ambiguity)
{
    // Images turned into floats at a time, so that large ones do not stand in memory all at once.
    private const int Batch = 64;

    // Half the width of a normal distribution's 95 % interval, in deviations.
    private const double Normal95 = 1.959964;

    private readonly int[] _drawn = Draw(samples, settings);

    /// <summary>How many samples are looked at.</summary>
    public int Samples => _drawn.Length;

    /// <summary>For each task and drawn sample, how many of its views can be told apart. Knows no torch.</summary>
    public int[][] Distinguishable(CancellationToken cancellation)
    {
        var counts = ViewPretext.All.Select(_ => new int[_drawn.Length]).ToArray();
        for (var i = 0; i < _drawn.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var image = samples.Pixels(_drawn[i]);
            for (var task = 0; task < counts.Length; task++)
            {
                counts[task][i] = Ambiguity.Distinguishable(
                    ViewPretext.All[task], image, samples.Input.Channels, samples.Input.Size, ambiguity);
            }
        }

        return counts;
    }

    /// <summary>The linear models and what follows from all figures; to be called where torch works.</summary>
    /// <param name="distinguishable">From <see cref="Distinguishable"/>.</param>
    public IReadOnlyList<PretextOutlook> Measure(int[][] distinguishable, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        (LinearModel First, LinearModel Second)? halves = _drawn.Length < settings.FewestSamples ? null : Halves();
        MeasuredAccuracy? Measured(ViewPretext task, int? border) =>
            halves is null ? null : Interval([.. halves.Value.First.Right(task, border), .. halves.Value.Second.Right(task, border)]);

        var outlooks = new List<PretextOutlook>();
        foreach (var (task, counts) in ViewPretext.All.Zip(distinguishable))
        {
            cancellation.ThrowIfCancellationRequested();
            outlooks.Add(Outlook(task, counts, Measured(task, Thumbnails.BorderOf(samples.Input.Size)), Measured(task, null)));
        }

        return outlooks;
    }

    private static PretextOutlook Outlook(ViewPretext task, int[] distinguishable, MeasuredAccuracy? border, MeasuredAccuracy? linear)
    {
        var views = task.Views.Count;
        var chance = 1.0 / views;
        var symmetric = distinguishable.Count(count => count < views) / (double)distinguishable.Length;
        var ceiling = distinguishable.Average() / views;
        var cue = border is not null && PretextAdvice.Solved(border.Low, chance, ceiling) >= PretextAdvice.GivenAway;
        var outlook = new PretextOutlook(task.Name, views, chance, symmetric, ceiling, border, linear, cue, "");
        return outlook with { Advice = PretextAdvice.Of(outlook) };
    }

    // Each half is measured by the model of the other, so every sample counts and none is measured by what has seen it.
    private (LinearModel First, LinearModel Second) Halves()
    {
        var (first, second) = (Load(_drawn.AsSpan(0, _drawn.Length / 2)), Load(_drawn.AsSpan(_drawn.Length / 2)));
        return (new LinearModel(first, second, settings.Ridge), new LinearModel(second, first, settings.Ridge));
    }

    /// <summary>Over samples: the views of one are not independent.</summary>
    internal static MeasuredAccuracy Interval(double[] bySample)
    {
        var mean = bySample.Average();
        var variance = bySample.Sum(right => (right - mean) * (right - mean)) / (bySample.Length - 1);
        var half = Normal95 * Math.Sqrt(variance / bySample.Length);
        return new MeasuredAccuracy(mean, Math.Max(0, mean - half), Math.Min(1, mean + half));
    }

    /// <returns>Thumbnails, shape [N, C, T, T], float64.</returns>
    private Tensor Load(ReadOnlySpan<int> numbers)
    {
        var (input, size) = (samples.Input, samples.ImageBytes);
        var parts = new List<Tensor>();
        for (var first = 0; first < numbers.Length; first += Batch)
        {
            var some = numbers[first..Math.Min(numbers.Length, first + Batch)];
            var pixels = new byte[some.Length * size];
            for (var i = 0; i < some.Length; i++)
                samples.Pixels(some[i]).CopyTo(pixels.AsSpan(i * size));

            using var scope = NewDisposeScope();
            var images = tensor(pixels, some.Length, input.Channels, input.Size, input.Size).to(ScalarType.Float64).div(Scalars.Of(255.0));
            parts.Add(Thumbnails.Of(images).MoveToOuterDisposeScope());
        }

        return cat(parts);
    }

    private static int[] Draw(SampleReader samples, PreFlightSettings settings)
    {
        var fewest = Math.Min(settings.LargeSamples, settings.MostSamples);
        var affordable = (int)Math.Clamp(settings.MostBytes / samples.ImageBytes, fewest, settings.MostSamples);
        return [.. new CounterRandom(settings.Seed, "pre-flight").Permutation(samples.Count).Take(affordable)];
    }
}
