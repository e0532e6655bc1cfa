using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using AdamW = Pipeline.Learning.Training.AdamW;

namespace Pipeline.Tests.Unit.Learning.Training;

[Collection(TorchTests.Name)]
public sealed class AdamWTests
{
    [Fact]
    public void Thirty_steps_end_where_the_formula_of_the_paper_ends()
    {
        const double Decay = 0.1, Rate = 0.05, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;
        double[] expected = [0.5, -1.5, 2];
        double[] target = [1, 2, -3];
        var (first, second) = (new double[3], new double[3]);

        using var weights = new Parameter(tensor(new float[] { 0.5f, -1.5f, 2 }));
        using var goal = tensor(new float[] { 1, 2, -3 });
        using var optimizer = new AdamW([weights], Decay);
        for (var step = 1; step <= 30; step++)
        {
            var rate = Rate / step;
            var loss = optimizer.Step(rate, () => (weights - goal).square().sum());
            Assert.Equal(expected.Zip(target).Sum(pair => Math.Pow(pair.First - pair.Second, 2)), loss, 1e-3);
            for (var i = 0; i < expected.Length; i++)
            {
                var gradient = 2 * (expected[i] - target[i]);
                expected[i] -= rate * Decay * expected[i];
                first[i] = (Beta1 * first[i]) + ((1 - Beta1) * gradient);
                second[i] = (Beta2 * second[i]) + ((1 - Beta2) * gradient * gradient);
                expected[i] -= rate * (first[i] / (1 - Math.Pow(Beta1, step))) / (Math.Sqrt(second[i] / (1 - Math.Pow(Beta2, step)))
                    + Epsilon);
            }
        }

        Assert.All(expected.Zip(Values(weights)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Its_steps_are_those_of_the_librarys_own()
    {
        using var scope = NewDisposeScope();
        using var ours = Matrix();
        using var theirs = Matrix();
        using var mine = new AdamW([ours], weightDecay: 0.02);
        using var reference = optim.AdamW([theirs], 0.01, weight_decay: 0.02);
        for (var step = 0; step < 20; step++)
        {
            reference.zero_grad();
            Loss(theirs).backward();
            reference.step();
            mine.Step(0.01, () => Loss(ours));
        }

        Assert.True(allclose(ours, theirs, 1e-6, 1e-7));
    }

    [Fact]
    public void A_step_over_several_losses_is_one_over_their_mean()
    {
        using var scope = NewDisposeScope();
        using var apart = Matrix();
        using var together = Matrix();
        using var first = new AdamW([apart], weightDecay: 0.02);
        using var second = new AdamW([together], weightDecay: 0.02);
        for (var step = 0; step < 5; step++)
        {
            var mean = first.Step(0.01, () => Loss(apart), () => Loss(apart - 3), () => Loss(apart + 1));
            var loss = second.Step(0.01, () => (Loss(together) + Loss(together - 3) + Loss(together + 1)) / 3);
            Assert.Equal(loss, mean, 1e-4);
        }

        Assert.True(allclose(apart, together, 1e-5, 1e-6));
    }

    /// <summary>AdamW does not see the length of a gradient that is always the same, so gradients differ from step to step here.</summary>
    [Theory]
    [InlineData(0.7)]
    [InlineData(1000)]
    public void Gradients_together_longer_than_the_limit_are_scaled_down_to_it(double limit)
    {
        using var scope = NewDisposeScope();
        float[][] slopes = [[3, -4, 12], [0.1f, 0.2f, 0.1f], [100, 0, -5]];
        var ours = (Two: new Parameter(zeros(2)), One: new Parameter(zeros(1)));
        var theirs = (Two: new Parameter(zeros(2)), One: new Parameter(zeros(1)));
        using var clipping = new AdamW([ours.Two, ours.One], weightDecay: 0, clip: limit);
        using var plain = new AdamW([theirs.Two, theirs.One], weightDecay: 0);
        foreach (var slope in slopes)
        {
            var norm = Math.Sqrt(slope.Sum(value => value * value));
            var scaled = slope.Select(value => (float)(value * Math.Min(1, limit / (norm + 1e-6)))).ToArray();
            clipping.Step(0.01, () => Line(ours.Two, ours.One, slope));
            plain.Step(0.01, () => Line(theirs.Two, theirs.One, scaled));
        }

        Assert.True(allclose(ours.Two, theirs.Two, 1e-5, 1e-7));
        Assert.True(allclose(ours.One, theirs.One, 1e-5, 1e-7));

        static Tensor Line(Tensor two, Tensor one, float[] slope) =>
            (two * tensor(slope[..2])).sum() + (one * tensor(slope[2..])).sum();
    }

    [Theory]
    [InlineData(null, 0.9)]
    [InlineData(DecayedParameters.All, 0.9)]
    [InlineData(DecayedParameters.Matrices, 1)]
    public void Weight_decay_can_leave_out_biases_and_norms(string? decay, double bias)
    {
        using var scope = NewDisposeScope();
        using var matrix = new Parameter(ones(2, 2));
        using var vector = new Parameter(ones(2));
        using var optimizer = new AdamW([matrix, vector], weightDecay: 0.1, decay);

        // Without a slope, decay alone moves a parameter.
        optimizer.Step(1, () => (matrix * 0).sum() + (vector * 0).sum());

        Assert.All(Values(matrix), value => Assert.Equal(0.9, value, 1e-6));
        Assert.All(Values(vector), value => Assert.Equal(bias, value, 1e-6));
    }

    private static Parameter Matrix() => new(arange(12, dtype: ScalarType.Float32).reshape(3, 4));

    private static Tensor Loss(Tensor weights) => nn.functional.linear(linspace(-1, 1, 20).reshape(5, 4), weights).square().mean();

    private static float[] Values(Tensor tensor) => tensor.detach().data<float>().ToArray();
}
