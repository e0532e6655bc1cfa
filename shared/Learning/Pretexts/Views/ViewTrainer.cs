using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Pretexts.Views;

/// <summary>
/// The live state of one pretraining run: network, optimizer, step. A step is a function of this state and the batch;
/// saved and loaded, it goes on bit for bit as if nothing had been.
/// </summary>
public sealed class ViewTrainer : IDisposable
{
    private readonly InputSpec input;
    private readonly Device device;
    private readonly IReadOnlyList<string> tasks;
    private readonly Augmentation augmentation;
    private readonly ViewNetwork network;
    private readonly PretrainedNetwork state;

    public ViewTrainer(Experiment experiment, IReadOnlyList<(string Task, int Classes)> classes, long steps, Device device)
    {
        var spec = experiment.Pretraining;
        input = experiment.Input;
        this.device = device;
        tasks = [.. classes.Select(task => task.Task)];
        augmentation = new Augmentation(spec.Augmentation, input.Size);
        network = new ViewNetwork(experiment.Encoder, input, classes, spec.Seed);
        network.to(device);
        state = new PretrainedNetwork(network, spec, steps);
    }

    /// <summary>Steps done.</summary>
    public long Step => state.Step;

    public double LearningRate => state.LearningRate;

    /// <summary>One optimizer step.</summary>
    /// <returns>The loss before it, in nats, summed over tasks.</returns>
    /// <exception cref="PipelineException">The loss is not finite: training diverged.</exception>
    public double Train(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        network.train();
        var shown = augmentation.Apply(
            Show(batch), tensor(batch.Augmentation, batch.Augmentation.Length / Augmentation.Numbers, Augmentation.Numbers, device: device));
        var (_, logits) = network.Forward(shown);
        return state.Descend(Loss(logits, batch));
    }

    /// <summary>Accuracy by task and feature statistics, without training.</summary>
    public HeldOutMeasure Measure(IEnumerable<PretextBatch> batches)
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        network.eval();
        var right = new double[tasks.Count];
        var asked = new long[tasks.Count];
        var features = new List<Tensor>();
        foreach (var batch in batches)
        {
            using var inner = NewDisposeScope();
            var (found, logits) = network.Forward(Show(batch));
            features.Add(found.MoveToOuterDisposeScope());
            for (var task = 0; task < tasks.Count; task++)
            {
                var labels = tensor(batch.Labels[task], device: device);
                right[task] += logits[task].argmax(1).eq(labels).sum().Read();
                asked[task] += batch.Labels[task].Count(label => label != PretextBatch.NoLabel);
            }
        }

        var all = cat(features);
        return new HeldOutMeasure(
            tasks.Select((task, i) => (task, accuracy: asked[i] == 0 ? 0 : right[i] / asked[i])).ToDictionary(pair => pair.task, pair => pair.accuracy),
            FeatureStatistics.Deviation(all),
            FeatureStatistics.EffectiveRank(all),
            all.shape[0]);
    }

    /// <summary>Everything that the next step depends on.</summary>
    public List<SafetensorsTensor> Save() => state.Save();

    public void Load(SafetensorsFile checkpoint) => state.Load(checkpoint);

    /// <summary>The encoder alone: what pretraining leaves.</summary>
    public List<SafetensorsTensor> SaveEncoder() => [.. network.Encoder.Tensors()];

    public void Dispose()
    {
        state.Dispose();
        network.Dispose();
    }

    /// <returns>Shape [R, C, S, S], in [0, 1].</returns>
    private Tensor Show(PretextBatch batch)
    {
        var images = tensor(batch.Pixels, batch.Pixels.Length / (input.Channels * input.Size * input.Size), input.Channels, input.Size, input.Size, device: device);
        var shown = Enumerable.Range(0, View.Count)
            .Where(view => batch.SamplesByView[view].Length > 0)
            .Select(view => View.Of(view).Apply(images.index_select(0, tensor(batch.SamplesByView[view], device: device))));
        return cat(shown.ToList()).to(ScalarType.Float32).div(Scalars.Of(255));
    }

    private Tensor Loss(Tensor[] logits, PretextBatch batch)
    {
        var losses = Enumerable.Range(0, tasks.Count)
            .Where(task => batch.Labels[task].Any(label => label != PretextBatch.NoLabel))
            .Select(task => nn.functional.cross_entropy(logits[task], tensor(batch.Labels[task], device: device), ignore_index: PretextBatch.NoLabel));
        return losses.Aggregate((sum, loss) => sum.Plus(loss));
    }
}
