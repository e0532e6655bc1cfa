using Pipeline.Statistics;

namespace Pipeline.Tests.Unit.Statistics;

/// <summary>Made-up answers with what real ones have in common: test samples that are easy or hard for both arms, draws that are lucky for
/// both arms, draws that suit one arm more than the other, and encoders that are better than others. An answer is right when a standard
/// normal number stays below ability + ease + luck.</summary>
internal static class Synthetic
{
    private const double EaseDeviation = 1;
    private const double LuckDeviation = 0.1;

    public static (Hits First, Hits Second) Arms(ulong seed, int draws, int samples, double effect, double ownLuckDeviation = 0.05) =>
        (new(RightAnswers(seed, draws, samples, effect, ownLuckDeviation, arm: 0)),
            new(RightAnswers(seed, draws, samples, 0, ownLuckDeviation, arm: 1)));

    /// <summary>The first arm is tried with several encoders, the second has none.</summary>
    /// <param name="encoderDeviation">How differently good the encoders are.</param>
    public static (EncoderAnswers First, Hits Second) Arms(
        ulong seed, int encoders, int draws, int samples, double effect, double ownLuckDeviation, double encoderDeviation)
    {
        var luck = Normal(seed, "encoder", 0, encoders, encoderDeviation);
        var first = luck.Select((own, encoder) => new Hits(RightAnswers(
            seed, draws, samples, effect + own, ownLuckDeviation, arm: 0, encoder: encoder + 1)));
        return (new EncoderAnswers([.. first]), new Hits(RightAnswers(seed, draws, samples, 0, ownLuckDeviation, arm: 1)));
    }

    /// <param name="encoder">From 1, where there are several: a draw does half as much with it as with the arm.</param>
    public static bool[][] RightAnswers(ulong seed, int draws, int samples, double effect, double ownLuckDeviation = 0.05, int arm = 0,
        int encoder = 0)
    {
        var ease = Normal(seed, "ease", 0, samples, EaseDeviation);
        var luck = Normal(seed, "luck", 0, draws, LuckDeviation);
        var ownLuck = Normal(seed, "own luck", arm, draws, ownLuckDeviation);
        var encoderLuck = Normal(seed, "encoder luck", encoder, draws, encoder == 0 ? 0 : ownLuckDeviation / 2);
        return [.. Enumerable.Range(0, draws).Select(draw =>
        {
            var noise = Normal(seed, "noise", (((2 * encoder) + arm) * draws) + draw, samples, 1);
            return noise.Select((value, sample) =>
                value < effect + ease[sample] + luck[draw] + ownLuck[draw] + encoderLuck[draw]).ToArray();
        })];
    }

    /// <summary>What the difference of the arms is on average over all such experiments: Φ(effect / s) − ½,
    /// with s² the sum of the variances.</summary>
    /// <param name="encoderDeviation">Null where there are no encoders.</param>
    public static double TrueDifference(double effect, double ownLuckDeviation, double? encoderDeviation = null)
    {
        var encoders = encoderDeviation is { } apart ? (apart * apart) + (ownLuckDeviation * ownLuckDeviation / 4) : 0;
        var deviation = Math.Sqrt(1 + (EaseDeviation * EaseDeviation) + (LuckDeviation * LuckDeviation)
            + (ownLuckDeviation * ownLuckDeviation) + encoders);
        return NormalBelow(effect / deviation) - 0.5;
    }

    private static double[] Normal(ulong seed, string purpose, long a, int count, double deviation)
    {
        var random = new CounterRandom(seed, purpose, a);
        var values = new double[count];
        for (var i = 0; i < count; i++)
            values[i] = deviation * random.NextGaussian();

        return values;
    }

    /// <summary>Φ by Simpson's rule from 0.</summary>
    private static double NormalBelow(double x)
    {
        const int steps = 200;
        var width = x / steps;
        var sum = Enumerable.Range(0, steps + 1)
            .Sum(i => (i is 0 or steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-Math.Pow(i * width, 2) / 2));
        return 0.5 + (sum * width / 3 / Math.Sqrt(2 * Math.PI));
    }
}
