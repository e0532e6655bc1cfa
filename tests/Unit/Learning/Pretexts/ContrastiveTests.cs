using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;
using Pipeline.Statistics;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

[Collection(TorchTests.Name)]
public sealed class ContrastiveTests
{
    [Fact]
    public void The_loss_is_the_mean_over_all_views_of_finding_the_other_one()
    {
        const int Pairs = 5, Width = 4;
        const double Temperature = 0.3;
        using var scope = NewDisposeScope();
        var random = new CounterRandom(7, "contrast");
        var vectors = Enumerable.Range(0, 2 * Pairs).Select(_ => Enumerable.Range(0, Width).Select(_ => random.NextGaussian()).ToArray())
            .ToArray();

        var (loss, nearest, targets) = ContrastiveModel.Contrast(
            tensor(vectors.SelectMany(vector => vector.Select(value => (float)value)).ToArray(), 2 * Pairs, Width), Temperature);

        double Cosine(int a, int b) => vectors[a].Zip(vectors[b], (x, y) => x * y).Sum()
            / Math.Sqrt(vectors[a].Sum(x => x * x) * vectors[b].Sum(x => x * x));
        var expected = Enumerable.Range(0, 2 * Pairs).Average(view =>
        {
            var others = Enumerable.Range(0, 2 * Pairs).Where(other => other != view);
            return Math.Log(others.Sum(other => Math.Exp(Cosine(view, other) / Temperature)))
                - (Cosine(view, (view + Pairs) % (2 * Pairs)) / Temperature);
        });
        Assert.Equal(expected, loss.item<float>(), tolerance: 1e-4);
        Assert.Equal(Enumerable.Range(0, 2 * Pairs).Select(view => (long)((view + Pairs) % (2 * Pairs))), targets.data<long>().ToArray());
        Assert.Equal(
            Enumerable.Range(0, 2 * Pairs).Select(view => (long)Enumerable.Range(0, 2 * Pairs).Where(other => other != view)
                .MaxBy(other => Cosine(view, other))),
            nearest.data<long>().ToArray());
    }

    [Fact]
    public void A_view_of_everything_without_change_is_the_image()
    {
        using var scope = NewDisposeScope();
        var views = new ImageViews(new ContrastiveSpec(Crop: 1, Mirror: false, Turn: 0, Colour: 0, Erase: 0), 8);
        var images = rand(2, 3, 8, 8);
        float[] numbers = [1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0];

        var shown = views.Apply(images, tensor((float[])[.. numbers, .. numbers], 2, ImageViews.Numbers));

        Assert.InRange((shown - images).abs().max().item<float>(), 0, 2e-4f);
    }

    [Fact]
    public void A_mirrored_view_is_the_mirror_image_and_a_quarter_turn_turns_it()
    {
        using var scope = NewDisposeScope();
        var views = new ImageViews(new ContrastiveSpec(), 8);
        var images = rand(1, 1, 8, 8);
        float[] mirrored = [1, 1, 0, 0, 0, 1, -1, 1, 1, 1, 1, 0, 0, 0, 0, 0];
        float[] turned = [1, 1, 0, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0];

        Assert.InRange((views.Apply(images, tensor(mirrored, 1, 16)) - images.flip(3)).abs().max().item<float>(), 0, 2e-4f);
        Assert.InRange(
            (views.Apply(images, tensor(turned, 1, 16)) - new View(false, 1).Apply(images)).abs().max().item<float>(), 0, 2e-4f);
    }

    [Fact]
    public void Drawn_views_stay_inside_the_image_and_between_black_and_white()
    {
        using var scope = NewDisposeScope();
        var views = new ImageViews(new ContrastiveSpec(), 12);
        var numbers = new float[50 * ImageViews.Numbers];
        for (var i = 0; i < 50; i++)
        {
            var random = new CounterRandom(1, "views", i);
            views.Draw(ref random, numbers.AsSpan(i * ImageViews.Numbers, ImageViews.Numbers));
        }

        var shown = views.Apply(rand(50, 3, 16, 16), tensor(numbers, 50, ImageViews.Numbers));

        Assert.Equal([50, 3, 12, 12], shown.shape);
        Assert.InRange(shown.min().item<float>(), 0, 1);
        Assert.InRange(shown.max().item<float>(), 0, 1);
        Assert.All(numbers.Chunk(ImageViews.Numbers), view =>
        {
            Assert.InRange(Math.Abs(view[2]) + view[0], 0, 1.0001);
            Assert.InRange(Math.Abs(view[3]) + view[1], 0, 1.0001);
        });
    }

    [Fact]
    public async Task A_batch_of_one_is_refused()
    {
        using var data = await PretextData.CreateAsync("contrastive", "convnet");
        var source = data.Source with
        {
            Experiment = data.Source.Experiment with { Pretraining = data.Source.Experiment.Pretraining with { Batch = 1 } },
        };

        var error = await Assert.ThrowsAsync<PipelineException>(
            () => source.OpenWorkAsync(data.Device, TestContext.Current.CancellationToken));

        Assert.Contains("pretraining.batch", error.Message, StringComparison.Ordinal);
    }
}
