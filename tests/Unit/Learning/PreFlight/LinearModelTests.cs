using Pipeline.Learning.PreFlight;
using Pipeline.Learning.Pretexts;
using Pipeline.Statistics;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.PreFlight;

[Collection(TorchTests.Name)]
public sealed class LinearModelTests
{
    private const double Ridge = 0.01;

    public static TheoryData<string> Tasks { get; } = [.. ViewPretext.All.Select(pretext => pretext.Name)];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void It_answers_as_ridge_regression_on_all_views_one_by_one(string name)
    {
        using var scope = NewDisposeScope();
        var task = (ViewPretext)PretextList.Named(name);
        var (fit, heldOut) = (Images(60, seed: 1), Images(80, seed: 2));

        var right = new LinearModel(fit, heldOut, Ridge).Right(task);

        Assert.Equal(Naive(task, fit, heldOut), right);
        Assert.InRange(right.Average(), 1.0 / task.Views.Count + 0.05, 0.95);
    }

    [Fact]
    public void It_sees_the_border_alone_where_it_is_told_to()
    {
        using var scope = NewDisposeScope();
        var (fit, heldOut) = (Images(60, seed: 1), Images(80, seed: 2));
        var inside = zeros_like(fit);
        inside.narrow(2, 2, 4).narrow(3, 2, 4).fill_(5);
        var outside = zeros_like(heldOut);
        outside.narrow(2, 2, 4).narrow(3, 2, 4).fill_(-3);
        var task = ViewPretext.Rotation;

        var border = new LinearModel(fit, heldOut, Ridge).Right(task, border: 2);

        Assert.Equal(border, new LinearModel(fit + inside, heldOut + outside, Ridge).Right(task, border: 2));
        Assert.NotEqual(border, new LinearModel(fit, heldOut, Ridge).Right(task));
    }

    /// <summary>The textbook's: every view a row, features brought to mean 0 and deviation 1, targets 0 and 1 less their mean.</summary>
    private static double[] Naive(ViewPretext task, Tensor fit, Tensor heldOut)
    {
        var views = task.Views.Count;
        Tensor Rows(Tensor images) => cat([.. task.Views.Select(view => view.Apply(images).reshape(images.shape[0], -1))]);
        var rows = Rows(fit);
        var (mean, deviation) = (rows.mean([0]), rows.std(0, unbiased: false));
        rows = (rows - mean) / deviation;
        var labels = arange(views).repeat_interleave(fit.shape[0]);
        var targets = nn.functional.one_hot(labels, views).to(ScalarType.Float64) - (1.0 / views);
        var penalty = eye(rows.shape[1], dtype: ScalarType.Float64) * (Ridge * rows.shape[0]);
        var weights = linalg.inv(rows.t().matmul(rows) + penalty).matmul(rows.t()).matmul(targets);
        var answers = ((Rows(heldOut) - mean) / deviation).matmul(weights).argmax(1).reshape(views, heldOut.shape[0]);
        return answers.eq(arange(views).unsqueeze(1)).to(ScalarType.Float64).mean([0]).data<double>().ToArray();
    }

    /// <summary>Noise with some light where it tells the views apart, though not always.</summary>
    private static Tensor Images(int count, ulong seed)
    {
        var random = new CounterRandom(seed, "images");
        var pixels = new double[count * 2 * 64];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = random.NextGaussian() + (i % 64 is 1 or 2 or 18 ? 0.7 : 0);

        return tensor(pixels, count, 2, 8, 8);
    }
}
