using Pipeline.Learning.Tuning;
using Pipeline.Statistics;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tuning;

[Collection(TorchTests.Name)]
public sealed class LogisticRegressionTests
{
    private const int Features = 5;
    private const int Classes = 3;
    private const double Penalty = 0.05;

    [Fact]
    public void It_finds_what_plain_gradient_descent_finds_in_the_end()
    {
        using var scope = NewDisposeScope();
        var (rows, labels) = Made(60);
        using var model = Fitted(rows, labels, Penalty);
        var expected = Descended(rows, labels, Penalty);

        var mean = Enumerable.Range(0, Features).Select(feature => rows.Average(row => row[feature])).ToArray();
        var logits = model.forward(tensor(rows.SelectMany(row => row).Select(value => (float)value).ToArray(), rows.Length, Features))
            .data<float>().ToArray();
        for (var row = 0; row < rows.Length; row++)
        {
            // Only differences between the classes mean anything: a number added to all of them changes no answer.
            var wanted = Enumerable.Range(0, Classes).Select(label => Logit(expected, rows[row], mean, label)).ToArray();
            for (var label = 1; label < Classes; label++)
                Assert.Equal(wanted[label] - wanted[0], logits[(row * Classes) + label] - logits[row * Classes], tolerance: 1e-3);
        }

        static double Logit(double[,] all, double[] row, double[] mean, int label) =>
            all[Features, label] + Enumerable.Range(0, Features).Sum(feature => (row[feature] - mean[feature]) * all[feature, label]);
    }

    [Fact]
    public void The_loss_never_rises_and_a_larger_penalty_gives_smaller_coefficients()
    {
        using var scope = NewDisposeScope();
        var (rows, labels) = Made(60);
        using var model = new LogisticRegression(Features, Classes);
        var losses = model.Fit(Input(rows), tensor(labels), Penalty);
        using var tight = Fitted(rows, labels, 10 * Penalty);

        Assert.Equal(losses.OrderDescending(), losses);
        Assert.Equal(Math.Log(Classes), losses[0], 6);
        Assert.True(Size(tight) < 0.6 * Size(model));
    }

    [Fact]
    public void One_class_alone_is_always_the_answer()
    {
        using var scope = NewDisposeScope();
        var (rows, _) = Made(10);
        using var model = Fitted(rows, [.. Enumerable.Repeat(1L, 10)], Penalty);

        Assert.All(model.forward(Input(rows)).argmax(1).data<long>().ToArray(), label => Assert.Equal(1, label));
    }

    private static double Size(LogisticRegression model) =>
        model.get_buffer("coefficients")!.data<float>().ToArray()[..(Features * Classes)].Sum(value => (double)value * value);

    private static LogisticRegression Fitted(double[][] rows, long[] labels, double penalty)
    {
        var model = new LogisticRegression(Features, Classes);
        model.Fit(Input(rows), tensor(labels), penalty);
        return model;
    }

    private static Tensor Input(double[][] rows) =>
        tensor(rows.SelectMany(row => row).Select(value => (float)value).ToArray(), rows.Length, Features);

    private static (double[][] Rows, long[] Labels) Made(int count)
    {
        var random = new CounterRandom(1, "regression");
        var rows = new double[count][];
        var labels = new long[count];
        for (var row = 0; row < count; row++)
        {
            labels[row] = row % Classes;
            rows[row] = new double[Features];
            for (var feature = 0; feature < Features; feature++)
                rows[row][feature] = (float)(random.NextGaussian() + (feature == labels[row] ? 1.5 : 0) + 3);
        }

        return (rows, labels);
    }

    private static double[,] Descended(double[][] rows, long[] labels, double penalty)
    {
        var mean = Enumerable.Range(0, Features).Select(feature => rows.Average(row => row[feature])).ToArray();
        var weights = new double[Features + 1, Classes];
        for (var step = 0; step < 5000; step++)
        {
            var gradient = new double[Features + 1, Classes];
            for (var row = 0; row < rows.Length; row++)
            {
                var inputs = rows[row].Select((value, feature) => value - mean[feature]).Append(1).ToArray();
                var odds = Enumerable.Range(0, Classes)
                    .Select(label => Math.Exp(inputs.Select((value, feature) => value * weights[feature, label]).Sum())).ToArray();
                for (var label = 0; label < Classes; label++)
                {
                    var error = (odds[label] / odds.Sum()) - (labels[row] == label ? 1 : 0);
                    for (var feature = 0; feature <= Features; feature++)
                        gradient[feature, label] += error * inputs[feature] / rows.Length;
                }
            }

            for (var feature = 0; feature <= Features; feature++)
            {
                for (var label = 0; label < Classes; label++)
                {
                    weights[feature, label] -= 0.5 * (gradient[feature, label]
                        + (feature < Features ? penalty * weights[feature, label] : 0));
                }
            }
        }

        return weights;
    }
}
