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
/// saved and loaded, training goes on bit for bit as if it had not stopped.
/// </summary>
public sealed class ViewTrainer : IDisposable
{
    private readonly InputSpec _input;
    private readonly Device _device;
    private readonly IReadOnlyList<string> _tasks;
    private readonly Augmentation _augmentation;
    private readonly ViewNetwork _network;
    private readonly PretrainedNetwork _state;

    public ViewTrainer(Experiment experiment, IReadOnlyList<(string Task, int Classes)> classes, long steps, Device device)
    {
        var spec = experiment.Pretraining;
        _input = experiment.Input;
        _device = device;
        _tasks = [.. classes.Select(task => task.Task)];
        _augmentation = new Augmentation(spec.Augmentation, _input.Size);
        _network = new ViewNetwork(experiment.Encoder, _input, classes, spec.Seed);
        _network.to(device);
        _state = new PretrainedNetwork(_network, spec, steps);
    }

    /// <summary>Steps done.</summary>
    public long Step => _state.Step;

    public double LearningRate => _state.LearningRate;

    /// <summary>One optimizer step.</summary>
    /// <returns>The loss before it, in nats, summed over tasks.</returns>
    /// <exception cref="PipelineException">The loss is not finite: training diverged.</exception>
    public double Train(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        _network.train();
        var drawn = tensor(batch.Augmentation, batch.Augmentation.Length / Augmentation.Numbers, Augmentation.Numbers, device: _device);
        var shown = _augmentation.Apply(Show(batch), drawn);
        var (_, logits) = _network.Forward(shown);
        return _state.Descend(Loss(logits, batch));
    }

    /// <summary>Accuracy by task and feature statistics, without training.</summary>
    public HeldOutMeasure Measure(IEnumerable<PretextBatch> batches)
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        _network.eval();
        var right = new double[_tasks.Count];
        var asked = new long[_tasks.Count];
        var features = new List<Tensor>();
        foreach (var batch in batches)
        {
            using var inner = NewDisposeScope();
            var (found, logits) = _network.Forward(Show(batch));
            features.Add(found.MoveToOuterDisposeScope());
            for (var task = 0; task < _tasks.Count; task++)
            {
                var labels = tensor(batch.Labels[task], device: _device);
                right[task] += logits[task].argmax(1).eq(labels).sum().Read();
                asked[task] += batch.Labels[task].Count(label => label != PretextBatch.NoLabel);
            }
        }

        var all = cat(features);
        return new HeldOutMeasure(
            _tasks.Index().ToDictionary(task => task.Item, task => asked[task.Index] == 0 ? 0 : right[task.Index] / asked[task.Index]),
            FeatureStatistics.Deviation(all),
            FeatureStatistics.EffectiveRank(all),
            all.shape[0]);
    }

    /// <summary>Everything that the next step depends on.</summary>
    public List<SafetensorsTensor> Save() => _state.Save();

    public void Load(SafetensorsFile checkpoint) => _state.Load(checkpoint);

    /// <summary>The encoder alone: what pretraining leaves.</summary>
    public List<SafetensorsTensor> SaveEncoder() => [.. _network.Encoder.Tensors()];

    public void Dispose()
    {
        _state.Dispose();
        _network.Dispose();
    }

    /// <returns>Shape [R, C, S, S], in [0, 1].</returns>
    private Tensor Show(PretextBatch batch)
    {
        var count = batch.Pixels.Length / (_input.Channels * _input.Size * _input.Size);
        var images = tensor(batch.Pixels, count, _input.Channels, _input.Size, _input.Size, device: _device);
        var shown = Enumerable.Range(0, View.Count)
            .Where(view => batch.SamplesByView[view].Length > 0)
            .Select(view => View.Of(view).Apply(images.index_select(0, tensor(batch.SamplesByView[view], device: _device))));
        return cat(shown.ToList()).to(ScalarType.Float32).div(Scalars.Of(255));
    }

    private Tensor Loss(Tensor[] logits, PretextBatch batch)
    {
        var losses = Enumerable.Range(0, _tasks.Count)
            .Where(task => batch.Labels[task].Any(label => label != PretextBatch.NoLabel))
            .Select(task => nn.functional.cross_entropy(
                logits[task], tensor(batch.Labels[task], device: _device), ignore_index: PretextBatch.NoLabel));
        return losses.Aggregate((sum, loss) => sum.Plus(loss));
    }
}
