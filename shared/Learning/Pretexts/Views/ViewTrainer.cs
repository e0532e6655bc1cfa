using Pipeline.Artifacts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using static TorchSharp.torch;

namespace Pipeline.Learning.Pretexts.Views;

/// <summary>Trains a network to tell the views of images apart, by one or several pretext tasks.</summary>
/// <param name="classes">For each task's name, how many labels it has.</param>
public sealed class ViewTrainer(Experiment experiment, IReadOnlyList<(string Task, int Classes)> classes, long steps, Device device)
    : PretextTrainer<ViewNetwork, PretextBatch>(
        new ViewNetwork(experiment.Encoder, experiment.Input, classes, experiment.Pretraining.Seed),
        [.. classes.Select(task => task.Task)],
        experiment.Pretraining,
        steps,
        device)
{
    private readonly InputSpec _input = experiment.Input;
    private readonly Augmentation _augmentation = new(experiment.Pretraining.Augmentation, experiment.Input.Size);

    public static async Task<IPretrainingWork> OpenWorkAsync(
        IArtifactStore store,
        Experiment experiment,
        DatasetManifest dataset,
        IReadOnlyList<PseudoLabelManifest> pseudoLabels,
        TorchDevice device,
        CancellationToken cancellation)
    {
        async Task<ViewBatches> OpenAsync(Split split) =>
            new(await ViewSamples.OpenAsync(store, dataset, pseudoLabels, split, cancellation), experiment.Pretraining);
        var (training, heldOut) = (await OpenAsync(Split.Train), await OpenAsync(Split.Validation));
        var classes = pseudoLabels.Select(labels => (labels.Task, labels.Classes)).ToList();
        return await device.Thread.RunAsync(() => new PretrainingWork<ViewNetwork, PretextBatch>(
            new ViewTrainer(experiment, classes, training.Steps, device.Device), training, heldOut));
    }

    /// <summary>Summed over the tasks that have a label in the batch.</summary>
    protected override Tensor Loss(PretextBatch batch)
    {
        var shown = _augmentation.Apply(
            Show(batch), tensor(batch.Augmentation, batch.Augmentation.Length / Augmentation.Numbers, Augmentation.Numbers,
                device: Device));
        var (_, logits) = Network.Forward(shown);
        var losses = batch.Labels.Index()
            .Where(task => task.Item.Any(label => label != PretextBatch.NoLabel))
            .Select(task => nn.functional.cross_entropy(logits[task.Index], tensor(task.Item, device: Device),
                ignore_index: PretextBatch.NoLabel));
        return losses.Aggregate((sum, loss) => sum.Plus(loss));
    }

    protected override Tensor Answer(PretextBatch batch, double[] right, long[] asked)
    {
        var (features, logits) = Network.Forward(Show(batch));
        foreach (var (task, labels) in batch.Labels.Index())
        {
            right[task] += logits[task].argmax(1).eq(tensor(labels, device: Device)).sum().Read();
            asked[task] += labels.Count(label => label != PretextBatch.NoLabel);
        }

        return features;
    }

    /// <returns>Shape [R, C, S, S], in [0, 1].</returns>
    private Tensor Show(PretextBatch batch)
    {
        var (channels, size) = (_input.Channels, _input.Size);
        var images = tensor(batch.Pixels, batch.Pixels.Length / (channels * size * size), channels, size, size, device: Device);
        var shown = Enumerable.Range(0, View.Count)
            .Where(view => batch.SamplesByView[view].Length > 0)
            .Select(view => View.Of(view).Apply(images.index_select(0, tensor(batch.SamplesByView[view], device: Device))));
        return cat(shown.ToList()).to(ScalarType.Float32).div(Scalars.Of(255));
    }
}
