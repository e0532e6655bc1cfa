using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Encoders;
using Pipeline.Learning.Native;
using Pipeline.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>A network in pretraining: the encoder, and heads that are thrown away afterwards.</summary>
public abstract class PretextNetwork(string name) : nn.Module(name)
{
    public abstract Encoder Encoder { get; }
}

/// <summary>The live state of one pretraining run: network, optimizer, steps done. A step is a function of this state and its batch; saved
/// and loaded, the run goes on bit for bit.</summary>
public abstract class PretextTrainer<TNetwork, TBatch> : IDisposable
    where TNetwork : PretextNetwork
{
    private const string StepName = "trainer.step";

    private readonly PretrainingSpec _spec;
    private readonly IReadOnlyList<string> _tasks;
    private readonly long _steps;
    private readonly AdamW _optimizer;

    /// <param name="network">Disposed with this.</param>
    /// <param name="tasks">Names of its pretext tasks.</param>
    /// <param name="steps">Of the whole run.</param>
    private protected PretextTrainer(TNetwork network, IReadOnlyList<string> tasks, PretrainingSpec spec, long steps, Device device)
    {
        (_spec, _tasks, _steps, Network, Device) = (spec, tasks, steps, network, device);
        network.to(device);
        _optimizer = new AdamW(network.parameters(), spec.WeightDecay);
    }

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>That of the next step.</summary>
    public double LearningRate => Schedule.LearningRate(_spec.Schedule, _spec.LearningRate, Math.Min(Step, _steps - 1), _steps);

    protected TNetwork Network { get; }

    protected Device Device { get; }

    /// <summary>One optimizer step.</summary>
    /// <returns>The loss before it, in nats, summed over tasks.</returns>
    /// <exception cref="PipelineException">The loss is not finite: training diverged.</exception>
    public double Train(TBatch batch)
    {
        using var scope = NewDisposeScope();
        Network.train();
        var loss = Loss(batch);
        _optimizer.ZeroGradients();
        loss.backward();
        _optimizer.Descend(LearningRate);
        Step++;

        var value = loss.Read();
        return double.IsFinite(value)
            ? value
            : throw new PipelineException(
                $"Pretraining diverged: the loss is {value} at step {Step} of {_steps}. "
                + $"A lower pretraining.learningRate than {_spec.LearningRate:g3} may help.");
    }

    /// <summary>Accuracy by task and feature statistics, without training.</summary>
    public HeldOutMeasure Measure(IEnumerable<TBatch> batches)
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        Network.eval();
        var right = new double[_tasks.Count];
        var asked = new long[_tasks.Count];
        var features = new List<Tensor>();
        foreach (var batch in batches)
        {
            using var inner = NewDisposeScope();
            features.Add(Answer(batch, right, asked).MoveToOuterDisposeScope());
        }

        var all = cat(features);
        return new HeldOutMeasure(
            _tasks.Index().ToDictionary(task => task.Item, task => asked[task.Index] == 0 ? 0 : right[task.Index] / asked[task.Index]),
            FeatureStatistics.Deviation(all),
            FeatureStatistics.EffectiveRank(all),
            all.shape[0]);
    }

    /// <summary>Everything that the next step depends on.</summary>
    public List<SafetensorsTensor> Save() =>
        [SafetensorsTensor.Of<long>(StepName, [Step], 1), .. Network.Tensors(), .. _optimizer.Tensors()];

    public void Load(SafetensorsFile checkpoint)
    {
        Network.LoadTensors(checkpoint);
        _optimizer.Load(checkpoint);
        Step = checkpoint.Read<long>(StepName)[0];
    }

    /// <summary>The encoder alone: what pretraining leaves.</summary>
    public List<SafetensorsTensor> SaveEncoder() => [.. Network.Encoder.Tensors()];

    public void Dispose()
    {
        _optimizer.Dispose();
        Network.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract Tensor Loss(TBatch batch);

    /// <param name="right">By task; correct answers are added.</param>
    /// <param name="asked">By task; questions are added.</param>
    /// <returns>Features of what the batch shows, shape [N, D].</returns>
    protected abstract Tensor Answer(TBatch batch, double[] right, long[] asked);
}
