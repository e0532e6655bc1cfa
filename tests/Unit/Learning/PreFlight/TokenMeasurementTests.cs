using Pipeline.Learning.PreFlight;
using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.PreFlight;

public sealed class TokenMeasurementTests
{
    private static readonly PreFlightSettings Settings = new();

    [Fact]
    public void A_sequence_that_goes_round_is_told_by_its_left_neighbour()
    {
        var outlook = Measure([.. Enumerable.Range(0, 100).Select(sample => Enumerable.Range(sample, 20).Select(place => 5 + (place % 4)).ToArray())]);

        Assert.Equal(("masked-token", 30, 0.25, 1.0, 0.0), (outlook.Task, outlook.Views, outlook.Chance, outlook.Ceiling, outlook.Symmetric));
        // All but the first of each, of which four begin as often.
        Assert.InRange(outlook.Linear!.Accuracy, 0.95, 0.97);
        Assert.StartsWith("too easy", outlook.Advice);
    }

    [Fact]
    public void Tokens_without_order_are_told_no_better_than_by_their_frequency()
    {
        var random = new CounterRandom(1, "tokens");
        var outlook = Measure([.. Enumerable.Range(0, 400).Select(_ => Enumerable.Range(0, 30).Select(_ => 5 + Math.Max(0, random.NextInt(10) - 4)).ToArray())]);

        Assert.InRange(outlook.Chance, 0.48, 0.52);
        Assert.InRange(outlook.Linear!.Accuracy, outlook.Chance - 0.02, outlook.Chance + 0.02);
        Assert.InRange(outlook.Linear.High - outlook.Linear.Low, 0.01, 0.03);
    }

    [Fact]
    public void Special_tokens_are_not_asked_for_but_seen_as_neighbours()
    {
        // Behind an unknown token stands a 7, behind a 7 a 9.
        var outlook = Measure([.. Enumerable.Repeat((int[])[1, 7, 9, 1, 7], 50)]);

        Assert.Equal((2 / 3.0, 1.0), (outlook.Chance, outlook.Linear!.Accuracy));
    }

    [Fact]
    public void Few_samples_have_a_chance_alone()
    {
        var outlook = Measure([[5, 5, 6], [1], []]);

        Assert.Equal((2 / 3.0, null), (outlook.Chance, outlook.Linear));
        Assert.StartsWith("too few samples", outlook.Advice);
    }

    private static PretextOutlook Measure(IReadOnlyList<int[]> samples) => TokenMeasurement.Measure(samples, new SpecialTokens(), 30, Settings);
}
