using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Weights;
using Pipeline.Tests.Unit.Artifacts;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Weights;

[Collection(TorchTests.Name)]
public sealed class ModuleTensorsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("convnet", "")]
    [InlineData("resnet18", "encoder.")]
    public async Task Weights_and_buffers_come_back_as_they_were_written(string name, string prefix)
    {
        using var scope = NewDisposeScope();
        using var written = Encoder(name, width: 4, seed: 1);
        written.train();
        written.forward(rand(4, 1, 8, 8)); // moves the running means of the batch norms and counts the batch
        using var file = await WriteAsync([.. written.Tensors(prefix)]);
        using var read = Encoder(name, width: 4, seed: 2);

        read.LoadTensors(file, prefix);

        Assert.All(file.Entries.Keys, key => Assert.StartsWith(prefix, key, StringComparison.Ordinal));
        Assert.Equal(1, read.state_dict()["bn1.num_batches_tracked"].item<long>());
        Assert.Equal(
            written.Tensors().Select(tensor => (tensor.Name, Convert.ToHexString(tensor.Data.Span))),
            read.Tensors().Select(tensor => (tensor.Name, Convert.ToHexString(tensor.Data.Span))));
    }

    [Fact]
    public async Task Weights_of_another_width_are_refused_by_the_name_of_the_tensor()
    {
        using var narrow = Encoder("convnet", width: 4, seed: 1);
        using var wide = Encoder("convnet", width: 8, seed: 1);
        using var file = await WriteAsync([.. narrow.Tensors()]);

        var error = Assert.Throws<PipelineException>(() => wide.LoadTensors(file));

        Assert.Contains("'conv1.weight' of shape [8, 1, 5, 5]", error.Message, StringComparison.Ordinal);
        Assert.Contains(file.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_tensor_is_named()
    {
        using var encoder = Encoder("convnet", width: 4, seed: 1);
        using var file = await WriteAsync([.. encoder.Tensors().Where(tensor => tensor.Name != "bn3.running_var")]);

        var error = Assert.Throws<PipelineException>(() => encoder.LoadTensors(file));

        Assert.Contains("'bn3.running_var'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_strided_tensor_is_written_in_the_order_of_its_indices()
    {
        using var scope = NewDisposeScope();

        var written = ModuleTensors.ToSafetensors("t", tensor(new float[] { 1, 2, 3, 4, 5, 6 }, 2, 3).t());

        Assert.Equal([3, 2], written.Shape);
        Assert.Equal(SafetensorsTensor.Of<float>("t", [1, 4, 2, 5, 3, 6], 3, 2).Data.ToArray(), written.Data.ToArray());
    }

    private static Encoder Encoder(string name, int width, ulong seed)
    {
        var encoder = EncoderArchitectures.Create(new EncoderSpec(name, width), new InputSpec(8, 1));
        WeightInitialization.Initialize(encoder, seed);
        return encoder;
    }

    private async Task<SafetensorsFile> WriteAsync(IReadOnlyList<SafetensorsTensor> tensors)
    {
        var path = folder[$"{Guid.NewGuid():n}.safetensors"];
        await using (var stream = File.Create(path))
        {
            await SafetensorsWriter.WriteAsync(stream, tensors, cancellation: TestContext.Current.CancellationToken);
        }

        return SafetensorsFile.Open(path);
    }
}
