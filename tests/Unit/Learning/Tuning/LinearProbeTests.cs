using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tuning;
using Pipeline.Statistics;
using Pipeline.Tests.Unit.Artifacts;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class LinearProbeTests
{
    private const int Samples = 30, Features = 4, Classes = 3;
    private const double Penalty = 0.05;

    private static readonly int[] Labels = [.. Enumerable.Range(0, Samples).Select(i => i % Classes)];

    /// <summary>At the optimum the gradient of loss and penalty over standardised features is 0.</summary>
    [Theory]
    [InlineData(Features)]
    [InlineData(3 * Samples)]
    public void It_is_the_optimum_of_penalised_logistic_regression_on_standardised_features(int width)
    {
        using var scope = NewDisposeScope();
        var features = Data(width);
        var (probe, _) = LinearProbe.Fit(features, Targets(), Classes, Penalty);
        using var fitted = probe;
        var weight = tensor(fitted.Head().Weight, Classes, width);
        var deviation = features.std(0, unbiased: false);
        var standard = ((features - features.mean([0])) / deviation).to(ScalarType.Float64);

        var errors = fitted.Logits(features).softmax(1).to(ScalarType.Float64)
            - nn.functional.one_hot(Targets(), Classes).to(ScalarType.Float64);
        var gradient = (standard.t().matmul(errors) / Samples) + (Penalty * (weight * deviation).t().to(ScalarType.Float64));

        Assert.InRange(gradient.abs().max().item<double>(), 0, 1e-4);
        Assert.InRange(errors.mean([0]).abs().max().item<double>(), 0, 1e-4);
    }

    [Fact]
    public void Its_head_answers_as_it_does_on_features_as_they_are()
    {
        using var scope = NewDisposeScope();
        var features = Data(Features);
        var (probe, _) = LinearProbe.Fit(features, Targets(), Classes, Penalty);
        using var fitted = probe;
        var (weight, bias) = (tensor(fitted.Head().Weight, Classes, Features), tensor(fitted.Head().Bias));

        var pairs = fitted.Logits(features).data<float>().ToArray()
            .Zip(nn.functional.linear(features, weight, bias).data<float>().ToArray());

        Assert.All(pairs, pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-3));
    }

    /// <summary>Such as a unit after a ReLU that none of ten training samples wakes.</summary>
    [Fact]
    public void A_feature_that_never_differed_does_not_drown_the_others_once_it_does()
    {
        using var scope = NewDisposeScope();
        var (probe, _) = LinearProbe.Fit(
            tensor(new float[,] { { 0, 1 }, { 0, 2 }, { 0, 3 } }), tensor(new long[] { 0, 1, 2 }), Classes, Penalty);
        using var fitted = probe;

        Assert.InRange(fitted.Logits(tensor(new float[,] { { 0.5f, 2 } })).abs().max().item<float>(), 0, 5);
    }

    [Fact]
    public void Of_the_penalties_the_best_on_held_out_answers_is_taken_and_of_equals_the_largest()
    {
        using var scope = NewDisposeScope();
        var features = Data(Features);
        var asked = new List<int>();

        var (probe, _, _) = LinearProbe.FitBest(
            features, Targets(), Classes, [0.1, 10, 1], features,
            answers =>
            {
                asked.Add(answers.Length);
                return asked.Count == 1 ? 0.2 : 0.7;
            }, oneScale: false, CancellationToken.None);
        using var chosen = probe;
        var (expected, _) = LinearProbe.Fit(features, Targets(), Classes, 1);
        using var second = expected;

        Assert.Equal([Samples, Samples, Samples], asked);
        Assert.All(
            second.Logits(features).data<float>().ToArray().Zip(chosen.Logits(features).data<float>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-3));
    }

    [Fact]
    public async Task Written_and_read_it_gives_the_same_answers()
    {
        using var folder = new TemporaryFolder();
        var (tensors, expected) = Fitted();
        await using (var stream = File.Create(folder["probe"]))
            await SafetensorsWriter.WriteAsync(stream, tensors, cancellation: TestContext.Current.CancellationToken);

        using var file = SafetensorsFile.Open(folder["probe"]);
        using var read = LinearProbe.Load(file, Features, Classes, CPU);

        using var scope = NewDisposeScope();
        Assert.Equal(expected, read.Predict(Data(Features)));

        static (List<SafetensorsTensor>, int[]) Fitted()
        {
            using var scope = NewDisposeScope();
            var (probe, _) = LinearProbe.Fit(Data(Features), Targets(), Classes, Penalty);
            using var fitted = probe;
            return ([.. fitted.Tensors()], fitted.Predict(Data(Features)));
        }
    }

    private static Tensor Targets() => tensor(Labels.Select(label => (long)label).ToArray());

    private static Tensor Data(int width)
    {
        var random = new CounterRandom(1, "probe");
        var features = new float[Samples, width];
        for (var i = 0; i < Samples * width; i++)
        {
            var (row, column) = (i / width, i % width);
            features[row, column] = (float)((random.NextGaussian() + (Labels[row] == column ? 3 : 0)) * (column % 5 + 1)) + 10;
        }

        return tensor(features);
    }
}
