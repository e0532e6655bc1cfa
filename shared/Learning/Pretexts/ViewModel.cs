using Pipeline.Learning.Encoders;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Pretexts;

/// <summary>Tells the views of images apart: an encoder with one linear head for each pretext task.</summary>
public sealed class ViewModel : PretextModel<PretextBatch>
{
    private readonly Encoder encoder;
    private readonly Readout readout;
    private readonly ModuleDict<Linear> heads;
    private readonly Augmentation augmentation;
    private readonly InputSpec input;
    private readonly ulong seed;

    /// <param name="classes">For each task's name, how many labels it has.</param>
    public ViewModel(Experiment experiment, IReadOnlyList<(string Task, int Classes)> classes)
        : base("pretext")
    {
        (input, seed) = (experiment.Input, experiment.Pretraining.Seed);
        augmentation = new Augmentation(experiment.Pretraining.Augmentation, input.Size, experiment.Pretraining.ViewSize);
        encoder = EncoderArchitectures.Create(experiment.Encoder, input);
        readout = Readout.Create(experiment.Pretraining.Readout ?? Readout.Mean, encoder);
        heads = nn.ModuleDict(classes.Select(task => (task.Task, nn.Linear(readout.Width, task.Classes))).ToArray());
        Tasks = [.. classes.Select(task => task.Task)];
        RegisterComponents();
        WeightInitialization.Initialize(this, seed);
    }

    public override Encoder Encoder => encoder;

    public override IReadOnlyList<string> Tasks { get; }

    /// <param name="images">Shape [N, C, S, S].</param>
    /// <returns>Features [N, D], and for each task logits [N, K].</returns>
    public (Tensor Features, Tensor[] Logits) Forward(Tensor images)
    {
        var features = encoder.Encode(images);
        var read = readout.Read(features);
        return (features.Pooled, [.. Tasks.Select(task => heads[task].forward(read))]);
    }

    /// <summary>Summed over the tasks that have a label in the batch.</summary>
    protected override Tensor Loss(PretextBatch batch, long number)
    {
        DropoutMasks.Seed(seed, number);
        var shown = Shown(batch, out var device);
        var drawn = tensor(
            batch.Augmentation, batch.Augmentation.Length / Augmentation.Numbers, Augmentation.Numbers, device: device);
        var (_, logits) = Forward(augmentation.Apply(shown, drawn));
        var losses = batch.Labels.Index()
            .Where(task => task.Item.Any(label => label != PretextBatch.NoLabel))
            .Select(task => nn.functional.cross_entropy(
                logits[task.Index], tensor(task.Item, device: device), ignore_index: PretextBatch.NoLabel));
        return losses.Aggregate((sum, loss) => sum.Plus(loss));
    }

    protected override Tensor Answer(PretextBatch batch, double[] right, long[] asked)
    {
        var (features, logits) = Forward(augmentation.Resize(Shown(batch, out var device)));
        foreach (var (task, labels) in batch.Labels.Index())
        {
            right[task] += logits[task].argmax(1).eq(tensor(labels, device: device)).sum().Read();
            asked[task] += labels.Count(label => label != PretextBatch.NoLabel);
        }

        return features;
    }

    /// <returns>Shape [R, C, S, S], in [0, 1].</returns>
    private Tensor Shown(PretextBatch batch, out Device device)
    {
        var where = device = parameters().First().device;
        var (channels, size) = (input.Channels, input.Size);
        var images = tensor(batch.Pixels, batch.Pixels.Length / (channels * size * size), channels, size, size, device: where);
        var shown = Enumerable.Range(0, View.Count)
            .Where(view => batch.SamplesByView[view].Length > 0)
            .Select(view => View.Of(view).Apply(images.index_select(0, tensor(batch.SamplesByView[view], device: where))));
        return cat(shown.ToList()).to(ScalarType.Float32).div(Scalars.Of(255));
    }
}
