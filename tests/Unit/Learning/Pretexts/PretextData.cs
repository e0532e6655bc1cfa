using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;
using Pipeline.Tests.Unit.Learning.Training;
using TorchSharp;

namespace Pipeline.Tests.Unit.Learning.Pretexts;

/// <summary>A small dataset with what a pretext needs beforehand.</summary>
internal sealed class PretextData(PretextSource source, TorchDevice device, IDisposable data) : IDisposable
{
    public PretextSource Source => source;

    public TorchDevice Device => device;

    public static async Task<PretextData> CreateAsync(string pretext, string encoder)
    {
        if (!PretextList.Named(pretext).Suits(Modalities.Image))
        {
            var sequences = await ToySequences.CreateAsync();
            return new PretextData(
                new PretextSource(sequences.Store, ToySequences.Experiment, sequences.Manifest, [sequences.PseudoLabels]),
                new TorchDevice(LoadedTorch.Options), sequences);
        }

        var images = await ToyDataset.CreateAsync();
        var experiment = ToyDataset.Experiment with
        {
            Pretext = [pretext],
            Encoder = encoder == "vit"
                ? new EncoderSpec("vit", Width: 16, Vit: new VitSpec(Patch: ToyDataset.Size / 4, Depth: 2, DropPath: 0.2))
                : ToyDataset.Experiment.Encoder,
        };
        var labels = await images.PseudoLabelsAsync(experiment);
        return new PretextData(
            new PretextSource(images.Store, experiment, images.Manifest, labels), new TorchDevice(LoadedTorch.Options), images);
    }

    public Task<PretextBatches> OpenAsync(Split split) =>
        PretextList.Of(source.PseudoLabels).OpenAsync(source, split, CancellationToken.None);

    public Trainer Trainer(long steps, double? learningRate = null) => new(
        PretextList.Of(source.PseudoLabels).Create(source),
        source.Experiment.Pretraining with { LearningRate = learningRate ?? source.Experiment.Pretraining.LearningRate }, steps, torch.CPU);

    /// <summary>The same data, trained otherwise. Disposed with this.</summary>
    public PretextData With(Func<PretrainingSpec, PretrainingSpec> change) => new(
        source with { Experiment = source.Experiment with { Pretraining = change(source.Experiment.Pretraining) } }, device, data);

    public void Dispose()
    {
        data.Dispose();
        device.Dispose();
    }
}
