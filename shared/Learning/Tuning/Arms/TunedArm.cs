using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using Pipeline.Statistics;
using TorchSharp;
using static TorchSharp.torch;
using Linear = TorchSharp.Modules.Linear;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>All weights are tuned; derived arms tune others, or at other rates. At a draw, all start from the same random weights;
/// some load the encoder.</summary>
internal class TunedArm(Arm arm, bool pretrained) : ITrialArm
{
    public Arm Arm => arm;

    public bool Pretrained => pretrained;

    public virtual bool Suits(ITask task, string modality) => true;

    public virtual SpaceOf? Table(FineTuningSpec spec, string? readout) =>
        pretrained && spec.Head == HeadStarts.Logistic && readout is not null ? SpaceOf.Pretrained : null;

    public IReadOnlyList<double> Grid(FineTuningSpec spec) => spec.LearningRates;

    public object Inputs(Experiment experiment, EncoderManifest encoder) => new
    {
        experiment.FineTuning.Task,
        encoder.Tokenizer,
        weights = pretrained ? encoder.File.Digest : null,
        architecture = experiment.Encoder,
        experiment.FineTuning.Steps,
        experiment.FineTuning.Batch,
        // Where nothing is said, as it was before there was a choice, so that trials keep their keys.
        weightDecay = experiment.FineTuning.Decay is { } decay
            ? new { experiment.FineTuning.WeightDecay, decay }
            : (object)experiment.FineTuning.WeightDecay,
        experiment.FineTuning.Augmentation,
        head = experiment.FineTuning.Head == HeadStarts.Logistic
            ? new { experiment.FineTuning.ProbePenalties, experiment.Evaluation.Metric }
            : null,
        experiment.FineTuning.BatchNorm,
        own = Own(experiment),
    };

    public virtual Task<TrainedModel> TrainAsync(TuningSession session, Trial trial, CancellationToken cancellation) => TrainAsync(
        session, trial,
        (tuner, classifier, draw, optimizer) => tuner.Tune(classifier, session.Training, draw, optimizer, cancellation), cancellation);

    public Task<int[]> PredictAsync(TuningSession session, Trial trial, SafetensorsFile model, CancellationToken cancellation) =>
        session.Device.Thread.RunAsync(() =>
        {
            using var classifier = Create(session, trial, weights: null);
            classifier.LoadTensors(model);
            return Inference.Predict(session.Task, classifier, session.HeldOut, session.Device.Device);
        });

    /// <param name="tune">Called with the draw; its result is the loss by step.</param>
    protected async Task<TrainedModel> TrainAsync(
        TuningSession session, Trial trial, Func<Tuner, Classifier, int[], AdamW, IReadOnlyList<double>> tune,
        CancellationToken cancellation)
    {
        var (spec, device) = (session.Experiment.FineTuning, session.Device.Device);
        var draw = session.Draw(trial);
        var head = spec.Head == HeadStarts.Logistic ? await HeadAsync(session, trial, draw, cancellation) : null;
        return await session.Device.Thread.RunAsync(() =>
        {
            using var classifier = Create(session, trial, pretrained ? session.Weights : null);
            if (head is not null)
                StartFrom(classifier.Head, head);

            using var optimizer = Optimizer(classifier, spec, Tuner.Seed(spec, trial.Draw));
            var loss = tune(new Tuner(session.Experiment, trial, device), classifier, draw, optimizer);
            return new TrainedModel(
                [.. classifier.Tensors()], Inference.Predict(session.Task, classifier, session.HeldOut, device), loss, optimizer.Size);
        });
    }

    /// <summary>What this arm alone depends on; null for nothing.</summary>
    protected virtual object? Own(Experiment experiment) => null;

    /// <summary>Holds the parameters that are tuned.</summary>
    internal virtual AdamW Optimizer(Classifier classifier, FineTuningSpec spec, ulong seed) =>
        new(classifier.parameters(), spec.WeightDecay, spec.Decay);

    /// <param name="weights">File that the encoder is loaded from; null leaves it random.</param>
    private static Classifier Create(TuningSession session, Trial trial, string? weights)
    {
        var (experiment, truth) = (session.Experiment, session.HeldOut.Truth);
        var classifier = new Classifier(
            experiment.Encoder, experiment.Input, truth.Names.Count, Tuner.Seed(experiment.FineTuning, trial.Draw), session.Tokenizer,
            trial.Readout);
        if (weights is not null)
        {
            using var file = SafetensorsFile.Open(weights);
            classifier.Encoder.LoadTensors(file);
        }

        classifier.to(session.Device.Device);
        return classifier;
    }

    // A random head distorts good features before it has learned anything (Kumar et al. 2022, arXiv:2202.10054). Trials that differ in
    // their learning rate alone start from the same one.
    private Task<LinearHead> HeadAsync(TuningSession session, Trial trial, int[] draw, CancellationToken cancellation) =>
        session.HeadAsync((pretrained, trial.Labels, trial.Draw, trial.Readout), async () =>
        {
            using var rows = pretrained
                ? await session.TrainingRowsAsync(SpaceOf.Pretrained, trial.Readout, draw, cancellation)
                : await RandomRowsAsync(session, trial, session.Training, draw);
            using var random = pretrained
                ? null
                : await RandomRowsAsync(session, trial, session.HeldOut, [.. Enumerable.Range(0, session.HeldOut.Count)]);
            var heldOut = random ?? await session.HeldOutRowsAsync(SpaceOf.Pretrained, trial.Readout, cancellation);
            return await session.Device.Thread.RunAsync(() =>
            {
                using var scope = NewDisposeScope();
                var truth = session.HeldOut.Truth;
                var labels = tensor(
                    draw.SelectMany(session.Training.Labels).Select(label => (long)label).ToArray(), device: rows.device);
                var (probe, _, _) = LinearProbe.FitBest(
                    rows, labels, truth.Names.Count, session.Experiment.FineTuning.ProbePenalties, heldOut,
                    made => Metrics.Judge(session.Experiment.Evaluation.Metric, truth, [made]).Mean, oneScale: false, cancellation);
                using var fitted = probe;
                return fitted.Head();
            });
        });

    // The random encoder of the draw, which is not that of the space of random features.
    private static Task<Tensor> RandomRowsAsync(TuningSession session, Trial trial, LabelledSamples samples, int[] positions) =>
        session.Device.Thread.RunAsync(() =>
        {
            using var classifier = Create(session, trial, weights: null);
            return Inference.Features(classifier, samples, positions, session.Device.Device, asTrained: true).DetachFromDisposeScope();
        });

    private static void StartFrom(Linear layer, LinearHead head)
    {
        using var noGradient = no_grad();
        layer.weight!.copy_(tensor(head.Weight, layer.weight.shape));
        layer.bias!.copy_(tensor(head.Bias, layer.bias.shape));
    }
}

/// <summary>All weights are tuned, lower layers slower (Howard and Ruder 2018, arXiv:1801.06146).</summary>
internal sealed class LayerDecayArm() : TunedArm(Arm.LayerDecay, pretrained: true)
{
    protected override object Own(Experiment experiment) => experiment.FineTuning.LayerDecay;

    internal override AdamW Optimizer(Classifier classifier, FineTuningSpec spec, ulong seed)
    {
        var named = classifier.named_parameters().ToList();
        var rates = named.Select(entry => LayerRates.Of(classifier.Encoder, entry.name, spec.LayerDecay));
        return new AdamW(named.Select(entry => entry.parameter), spec.WeightDecay, spec.Decay, rates: rates);
    }
}

/// <summary>The head and low-rank adapters of the encoder are tuned; afterwards the adapters are merged into its weights.</summary>
internal sealed class LoraArm() : TunedArm(Arm.Lora, pretrained: true)
{
    protected override object Own(Experiment experiment) => experiment.FineTuning.LoraRank;

    internal override AdamW Optimizer(Classifier classifier, FineTuningSpec spec, ulong seed) =>
        new AdapterOptimizer(new LowRankAdapters(classifier.Encoder, spec.LoraRank, seed), classifier.Head, spec);

    private sealed class AdapterOptimizer(LowRankAdapters adapters, Linear head, FineTuningSpec spec)
        : AdamW([.. adapters.Parameters, .. head.parameters()], spec.WeightDecay, spec.Decay)
    {
        protected override void Descend(double learningRate)
        {
            adapters.TakeGradients();
            base.Descend(learningRate);
            adapters.Merge();
        }

        public override void Dispose()
        {
            base.Dispose();
            adapters.Dispose();
        }
    }
}
