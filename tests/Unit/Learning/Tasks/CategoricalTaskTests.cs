using Pipeline.Learning.Tasks;
using Pipeline.Statistics;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tasks;

[Collection(TorchTests.Name)]
public sealed class CategoricalTaskTests
{
    private const long None = LabelledSamples.NoTarget;

    [Fact]
    public void The_loss_is_the_mean_of_minus_the_log_of_what_each_label_is_given()
    {
        // Two groups of different lengths: 2 sequences of 3 tokens, 1 of 2, of which 4 tokens are asked.
        using var scope = NewDisposeScope();
        long[] targets = [None, 2, 0, None, None, 1, None, 2];
        var random = new CounterRandom(1, "logits");
        float[] logits = [.. Enumerable.Range(0, targets.Length * 3).Select(_ => (float)random.NextGaussian())];

        var loss = new TaggingTask().Loss(
            [tensor(logits[..18], 2, 3, 3), tensor(logits[18..], 1, 2, 3)], [tensor(targets[..6], 2, 3), tensor(targets[6..], 1, 2)]);

        var naive = targets.Index().Where(row => row.Item != None).Average(row =>
        {
            var own = logits.AsSpan(row.Index * 3, 3).ToArray().Select(logit => Math.Exp(logit)).ToArray();
            return -Math.Log(own[row.Item] / own.Sum());
        });
        Assert.Equal(naive, loss.item<float>(), tolerance: 1e-6);
    }

    [Fact]
    public async Task Images_have_no_places_to_tag()
    {
        using var data = await Training.ToyDataset.CreateAsync();
        using var splits = await LabelledSplits.OfAsync(
            data.Store, data.Manifest, LabelTasks.Tagging, tokens: null, TestContext.Current.CancellationToken);

        var error = Assert.Throws<PipelineException>(() => splits.Open(Split.Train));

        Assert.Contains("must be one for images", error.Message, StringComparison.Ordinal);
    }
}
