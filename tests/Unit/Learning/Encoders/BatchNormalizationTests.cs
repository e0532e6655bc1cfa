using Pipeline.Learning.Encoders;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Encoders;

[Collection(TorchTests.Name)]
public sealed class BatchNormalizationTests
{
    [Fact]
    public void It_does_what_the_layer_does_in_training_and_after()
    {
        using var scope = NewDisposeScope();
        using var ours = nn.BatchNorm2d(3);
        using var theirs = nn.BatchNorm2d(3);
        var input = linspace(-2, 5, 2 * 3 * 4 * 4).reshape(2, 3, 4, 4);
        foreach (var training in (bool[])[true, true, false])
        {
            ours.train(training);
            theirs.train(training);

            Assert.True(allclose(ours.Normalize(input), theirs.forward(input)));
            Assert.True(allclose(ours.running_mean!, theirs.running_mean!));
            Assert.True(allclose(ours.running_var!, theirs.running_var!));
            Assert.Equal(theirs.num_batches_tracked!.item<long>(), ours.num_batches_tracked!.item<long>());
        }
    }
}
