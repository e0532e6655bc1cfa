using Pipeline.Learning.Tuning;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Tuning;

public sealed class LabelDrawsTests
{
    /// <summary>100 of class 0, 60 of class 1, 30 of class 2, 2 of class 3, mixed up.</summary>
    private static readonly int[] Labels =
        [.. Enumerable.Range(0, 192).OrderBy(i => i * 71 % 192).Select(i => i < 100 ? 0 : i < 160 ? 1 : i < 190 ? 2 : 3)];

    [Fact]
    public void Every_sample_is_in_the_order_once() =>
        Assert.Equal(Enumerable.Range(0, Labels.Length), LabelDraws.Order(Labels, seed: 1, draw: 0).Order());

    [Fact]
    public void The_first_are_one_of_each_class()
    {
        for (var draw = 0; draw < 20; draw++)
            Assert.Equal([0, 1, 2, 3], LabelDraws.Order(Labels, seed: 1, draw).Take(4).Select(position => Labels[position]).Order());
    }

    [Fact]
    public void Every_beginning_has_the_proportions_of_the_classes()
    {
        for (var draw = 0; draw < 20; draw++)
        {
            var order = LabelDraws.Order(Labels, seed: 1, draw);
            for (var count = 4; count <= Labels.Length; count++)
            {
                for (var label = 0; label < 4; label++)
                {
                    // Evenly spaced with an offset for each class: one off by rounding, and one for each other class in proportion.
                    var share = Labels.Count(other => other == label) / (double)Labels.Length;
                    Assert.Equal(count * share, order.Take(count).Count(position => Labels[position] == label), tolerance: 1 + (4 * share));
                }
            }
        }
    }

    [Fact]
    public void A_draw_is_the_same_whenever_it_is_made_and_another_seed_or_number_is_another_draw()
    {
        var first = LabelDraws.Order(Labels, seed: 1, draw: 0);

        Assert.Equal(first, LabelDraws.Order(Labels, seed: 1, draw: 0));
        Assert.NotEqual(first[..20].Order(), LabelDraws.Order(Labels, seed: 1, draw: 1)[..20].Order());
        Assert.NotEqual(first[..20].Order(), LabelDraws.Order(Labels, seed: 2, draw: 0)[..20].Order());
    }

    [Fact]
    public void Over_many_draws_every_sample_of_a_class_is_chosen_as_often_as_any_other()
    {
        const int Draws = 1000;
        var chosen = new int[Labels.Length];
        for (var draw = 0; draw < Draws; draw++)
        {
            foreach (var position in LabelDraws.Order(Labels, seed: 5, draw).AsSpan(0, 48))
                chosen[position]++;
        }

        // A quarter of the samples: 250 times each, with a standard deviation of about 14. Six of these are never exceeded by chance.
        Assert.All(Enumerable.Range(0, Labels.Length).Where(position => Labels[position] < 2),
            position => Assert.InRange(chosen[position], 250 - 84, 250 + 84));
    }
}
