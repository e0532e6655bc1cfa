using System.Globalization;

namespace Pipeline.Learning.PreFlight;

/// <summary>How far masked-token prediction gets without a network: by the most frequent token, alone or behind its left one.</summary>
public static class TokenMeasurement
{
    // Stands on the left of a sample's first token.
    private const int Nothing = -1;

    private const double TooEasy = 0.85;

    /// <param name="samples">Tokens of each, those for start and end left out.</param>
    /// <param name="vocabulary">Tokens there are.</param>
    /// <returns>Chance is the most frequent token's share; linear the left neighbour's accuracy, each half of the samples told by the
    /// other. Special tokens are not asked for.</returns>
    public static PretextOutlook Measure(IReadOnlyList<int[]> samples, SpecialTokens special, int vocabulary, PreFlightSettings settings)
    {
        var asked = samples.Where(tokens => tokens.Any(token => !special.Contains(token))).ToList();
        var frequent = asked.SelectMany(tokens => tokens).Where(token => !special.Contains(token)).CountBy(token => token)
            .Select(token => token.Value).ToList();
        var chance = frequent.Count == 0 ? 0 : frequent.Max() / (double)frequent.Sum();
        var (first, second) = (asked.Take(asked.Count / 2).ToList(), asked.Skip(asked.Count / 2).ToList());
        var linear = asked.Count < settings.FewestSamples
            ? null
            : PreFlightMeasurement.Interval(
                [.. Right(Table(second, special), first, special), .. Right(Table(first, special), second, special)]);
        var advice = Advice(chance, linear);
        return new PretextOutlook(
            Experiment.MaskedToken, vocabulary, chance, Symmetric: 0, Ceiling: 1, Border: null, linear, BorderCue: false, advice);
    }

    // What stands most often behind each token, the lowest of several; behind one that was never seen, what does anywhere.
    private static Func<int, int> Table(List<int[]> samples, SpecialTokens special)
    {
        var pairs = samples.SelectMany(tokens => Pairs(tokens, special)).CountBy(pair => pair)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Token).Select(pair => pair.Key);
        var behind = pairs.DistinctBy(pair => pair.Left).ToDictionary(pair => pair.Left, pair => pair.Token);
        var anywhere = samples.SelectMany(tokens => Pairs(tokens, special)).CountBy(pair => pair.Token)
            .OrderByDescending(token => token.Value).ThenBy(token => token.Key).First().Key;
        return left => behind.TryGetValue(left, out var token) ? token : anywhere;
    }

    private static IEnumerable<double> Right(Func<int, int> table, List<int[]> samples, SpecialTokens special) =>
        samples.Select(tokens => Pairs(tokens, special).Average(pair => table(pair.Left) == pair.Token ? 1.0 : 0.0));

    private static IEnumerable<(int Left, int Token)> Pairs(int[] tokens, SpecialTokens special) =>
        tokens.Select((token, place) => (Left: place == 0 ? Nothing : tokens[place - 1], Token: token))
            .Where(pair => !special.Contains(pair.Token));

    private static string Advice(double chance, MeasuredAccuracy? linear) =>
        linear is null ? "too few samples to measure more than the most frequent token"
        : linear.Accuracy >= TooEasy ? $"too easy: the token on the left alone tells {Percent(linear.Accuracy)} of the tokens"
        : linear.Low <= chance ? $"the token on the left tells no more than the most frequent token, {Percent(chance)}: "
            + "worth a try, unless the order says nothing"
        : $"worth learning: the token on the left alone tells {Percent(linear.Accuracy)} of the tokens, "
            + $"the most frequent one {Percent(chance)}";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}
