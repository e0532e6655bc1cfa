using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>The live state of one pretraining run: model, optimizer, average of the weights, steps done. A step is a function of this state
/// and its batches; saved and loaded, the run goes on bit for bit.</summary>
public sealed class Trainer : IDisposable
{
    private const string StepName = "trainer.step";

    private readonly PretrainingSpec _spec;
    private readonly long _steps;
    private readonly AdamW _optimizer;
    private readonly WeightAverage? _average;

    /// <param name="model">Disposed with this.</param>
    /// <param name="steps">Of the whole run.</param>
    public Trainer(PretextModel model, PretrainingSpec spec, long steps, Device device)
    {
        (Model, _spec, _steps) = (model, spec, steps);
        model.to(device);
        _optimizer = new AdamW(
            model.parameters().Where(parameter => parameter.requires_grad), spec.WeightDecay, spec.Decay, spec.Clip);
        _average = spec.Averaging is { } decay ? new WeightAverage(model, decay) : null;
    }

    public PretextModel Model { get; }

    /// <summary>Optimizer steps done.</summary>
    public long Step { get; private set; }

    /// <summary>That of the next step.</summary>
    public double LearningRate => Schedule.LearningRate(_spec.Schedule, _spec.LearningRate, Math.Min(Step, _steps - 1), _steps);

    /// <summary>One optimizer step.</summary>
    /// <param name="batches">As <see cref="PretextBatches.OfStep"/> makes them.</param>
    /// <returns>The loss before it, in nats, summed over tasks; of several batches the mean.</returns>
    /// <exception cref="PipelineException">The loss is not finite: training diverged.</exception>
    public double Train(params IReadOnlyList<IPretextBatch> batches)
    {
        using var scope = NewDisposeScope();
        Model.train();
        var first = Step * (_spec.Accumulate ?? 1);
        var loss = _optimizer.Step(
            LearningRate, [.. batches.Select((batch, i) => (Func<Tensor>)(() => Model.Loss(batch, first + i)))]);
        Model.AfterStep(Step, _steps);
        Step++;
        _average?.Update(Step);
        return double.IsFinite(loss)
            ? loss
            : throw new PipelineException(
                $"Pretraining diverged: the loss is {loss} at step {Step} of {_steps}. "
                + $"A lower pretraining.learningRate than {_spec.LearningRate:g3} may help.");
    }

    /// <summary>Accuracy by task and feature statistics of the averaged model, where there is an average; without training.</summary>
    public HeldOutMeasure Measure(IEnumerable<IPretextBatch> batches) => Averaged(() => MeasureModel(batches));

    /// <summary>Everything that the next step depends on.</summary>
    public List<SafetensorsTensor> Save() =>
    [
        SafetensorsTensor.Of<long>(StepName, [Step], 1), .. Model.Tensors(), .. _optimizer.Tensors(), .. _average?.Tensors() ?? [],
    ];

    public void Load(SafetensorsFile checkpoint)
    {
        Model.LoadTensors(checkpoint);
        _optimizer.Load(checkpoint);
        _average?.Load(checkpoint);
        Step = checkpoint.Read<long>(StepName)[0];
    }

    /// <summary>The encoder alone, averaged where there is an average: what pretraining leaves.</summary>
    public List<SafetensorsTensor> SaveEncoder() => Averaged(() => Model.Encoder.Tensors().ToList());

    public void Dispose()
    {
        _average?.Dispose();
        _optimizer.Dispose();
        Model.Dispose();
    }

    private T Averaged<T>(Func<T> of)
    {
        _average?.Swap();
        try
        {
            return of();
        }
        finally
        {
            _average?.Swap();
        }
    }

    private HeldOutMeasure MeasureModel(IEnumerable<IPretextBatch> batches)
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        Model.eval();
        var tasks = Model.Tasks;
        var right = new double[tasks.Count];
        var asked = new long[tasks.Count];
        var features = new List<Tensor>();
        foreach (var batch in batches)
        {
            using var inner = NewDisposeScope();
            features.Add(Model.Answer(batch, right, asked).MoveToOuterDisposeScope());
        }

        var all = cat(features);
        return new HeldOutMeasure(
            tasks.Index().ToDictionary(task => task.Item, task => asked[task.Index] == 0 ? 0 : right[task.Index] / asked[task.Index]),
            FeatureStatistics.Deviation(all),
            FeatureStatistics.EffectiveRank(all),
            all.shape[0]);
    }
}
