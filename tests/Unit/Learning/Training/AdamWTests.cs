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
            optimizer.ZeroGradients();
            using (NewDisposeScope())
            {
                var difference = weights - goal;
                (difference * difference).sum().backward();
            }

            optimizer.Descend(rate);
            for (var i = 0; i < expected.Length; i++)
            {
                var gradient = 2 * (expected[i] - target[i]);
                expected[i] -= rate * Decay * expected[i];
                first[i] = (Beta1 * first[i]) + ((1 - Beta1) * gradient);
                second[i] = (Beta2 * second[i]) + ((1 - Beta2) * gradient * gradient);
                expected[i] -= rate * (first[i] / (1 - Math.Pow(Beta1, step))) / (Math.Sqrt(second[i] / (1 - Math.Pow(Beta2, step))) + Epsilon);
            }
        }

        var found = weights.detach().data<float>().ToArray();
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Its_steps_are_those_of_the_librarys_own()
    {
        using var scope = NewDisposeScope();
        using var ours = new Parameter(arange(12, dtype: ScalarType.Float32).reshape(3, 4));
        using var theirs = new Parameter(arange(12, dtype: ScalarType.Float32).reshape(3, 4));
        using var input = linspace(-1, 1, 20).reshape(5, 4);
        using var mine = new AdamW([ours], weightDecay: 0.02);
        using var reference = optim.AdamW([theirs], 0.01, weight_decay: 0.02);
        for (var step = 0; step < 20; step++)
        {
            mine.ZeroGradients();
            reference.zero_grad();
            nn.functional.linear(input, ours).square().mean().backward();
            nn.functional.linear(input, theirs).square().mean().backward();
            mine.Descend(0.01);
            reference.step();
        }

        Assert.True(allclose(ours, theirs, 1e-6, 1e-7));
    }
}
