using System.Runtime.InteropServices;
using Pipeline.Learning.Training;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Weights;
using Pipeline.Statistics;
using Pipeline.Tests.Unit.Learning.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class LinearProbeTests
{
    private const int Samples = 30, Features = 4, Classes = 3, Steps = 25;
    private const double Rate = 0.1, Decay = 0.05;

    private static readonly int[] Labels = [.. Enumerable.Range(0, Samples).Select(i => i % Classes)];

    [Fact]
    public void Training_is_softmax_regression_with_adamw_on_standardized_features()
    {
        using var scope = NewDisposeScope();
        var features = Data();
        using var probe = new LinearProbe(Features, Classes, seed: 1);
        var tensor = torch.tensor(features);
        probe.Standardize(tensor);
        var weights = Weights(probe);

        var spec = new FineTuningSpec { Labels = [Samples], Steps = Steps, Batch = 100, WeightDecay = Decay };
        var losses = new Tuner(ToyDataset.Experiment with { FineTuning = spec }, new Trial(Arm.Frozen, Samples, Draw: 0, Rate), CPU)
            .TuneHead(probe, tensor, torch.tensor(Labels.Select(label => (long)label).ToArray()), CancellationToken.None);
        var expected = Regress(Standardized(features), weights);

        Assert.All(expected.Zip(losses), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4));
        Assert.All(weights.Zip(Weights(probe)), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-3));
        Assert.InRange(losses[^1], 0, losses[0] / 2);
    }

    [Fact]
    public void Features_are_brought_to_mean_zero_and_deviation_one()
    {
        using var scope = NewDisposeScope();
        var features = Data();
        using var probe = new LinearProbe(Features, Classes, seed: 1);
        probe.Standardize(torch.tensor(features));
        var weights = Weights(probe);
        var standard = Standardized(features);

        var logits = probe.forward(torch.tensor(features)).data<float>().ToArray();

        for (var row = 0; row < Samples; row++)
        {
            for (var label = 0; label < Classes; label++)
            {
                Assert.Equal(Logit(standard, row, label, weights), logits[(row * Classes) + label], tolerance: 1e-4);
            }
        }
    }

    /// <summary>Such as a unit after a ReLU that none of ten training samples wakes.</summary>
    [Fact]
    public void A_feature_that_never_differed_does_not_drown_the_others_once_it_does()
    {
        using var scope = NewDisposeScope();
        using var probe = new LinearProbe(2, Classes, seed: 1);
        probe.Standardize(torch.tensor(new float[,] { { 0, 1 }, { 0, 2 }, { 0, 3 } }));

        Assert.InRange(probe.forward(torch.tensor(new float[,] { { 0.5f, 2 } })).abs().max().item<float>(), 0, 5);
    }

    private static float[,] Data()
    {
        var random = new CounterRandom(1, "probe");
        var features = new float[Samples, Features];
        for (var i = 0; i < Samples * Features; i++)
        {
            var (row, column) = (i / Features, i % Features);
            features[row, column] = (float)((random.NextGaussian() + (Labels[row] == column ? 3 : 0)) * (column + 1)) + 10;
        }

        return features;
    }

    private static double[,] Standardized(float[,] features)
    {
        var result = new double[Samples, Features];
        for (var column = 0; column < Features; column++)
        {
            var values = Enumerable.Range(0, Samples).Select(row => (double)features[row, column]).ToList();
            var mean = values.Average();
            var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            for (var row = 0; row < Samples; row++)
            {
                result[row, column] = (values[row] - mean) / deviation;
            }
        }

        return result;
    }

    /// <summary>Bias of each class, then the rows of the weight matrix.</summary>
    private static double[] Weights(LinearProbe probe)
    {
        var tensors = probe.Tensors().ToDictionary(tensor => tensor.Name, tensor => MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray());
        return [.. tensors["head.bias"].Concat(tensors["head.weight"]).Select(value => (double)value)];
    }

    private static double Logit(double[,] features, int row, int label, double[] weights) =>
        weights[label] + Enumerable.Range(0, Features).Sum(column => features[row, column] * weights[Classes + (label * Features) + column]);

    /// <summary>Full-batch AdamW (Loshchilov and Hutter), changing the weights in place.</summary>
    private static List<double> Regress(double[,] features, double[] weights)
    {
        var losses = new List<double>();
        double[] first = new double[weights.Length], second = new double[weights.Length];
        for (var step = 0; step < Steps; step++)
        {
            var gradient = new double[weights.Length];
            var loss = 0.0;
            for (var row = 0; row < Samples; row++)
            {
                var exponentials = Enumerable.Range(0, Classes).Select(label => Math.Exp(Logit(features, row, label, weights))).ToArray();
                loss -= Math.Log(exponentials[Labels[row]] / exponentials.Sum()) / Samples;
                for (var label = 0; label < Classes; label++)
                {
                    var error = ((exponentials[label] / exponentials.Sum()) - (Labels[row] == label ? 1 : 0)) / Samples;
                    gradient[label] += error;
                    for (var column = 0; column < Features; column++)
                    {
                        gradient[Classes + (label * Features) + column] += error * features[row, column];
                    }
                }
            }

            losses.Add(loss);
            var rate = Schedule.LearningRate("one-cycle", Rate, step, Steps);
            for (var i = 0; i < weights.Length; i++)
            {
                first[i] = (0.9 * first[i]) + (0.1 * gradient[i]);
                second[i] = (0.999 * second[i]) + (0.001 * gradient[i] * gradient[i]);
                weights[i] -= rate * Decay * weights[i];
                weights[i] -= rate * (first[i] / (1 - Math.Pow(0.9, step + 1))) / (Math.Sqrt(second[i] / (1 - Math.Pow(0.999, step + 1))) + 1e-8);
            }
        }

        return losses;
    }
}
