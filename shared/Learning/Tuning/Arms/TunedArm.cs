using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Training;
using Pipeline.Learning.Weights;
using Linear = TorchSharp.Modules.Linear;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>All weights are tuned; derived arms tune others, or at other rates.</summary>
internal class TunedArm(Arm arm, bool pretrained) : NetworkArm(arm, pretrained)
{
    public override IReadOnlyList<double> Grid(FineTuningSpec spec) => spec.LearningRates;

    public override int[] Predict(TrialSetting setting, SafetensorsFile model, LabelledSamples samples)
    {
        using var classifier = Create(setting, samples.Truth, weights: null);
        classifier.LoadTensors(model);
        return Inference.Predict(classifier, samples, setting.Device.Device);
    }

    protected override TrainedModel Train(
        Classifier classifier, TrialSetting setting, TrialData data, CancellationToken cancellation)
    {
        var (experiment, _, trial, _, device) = setting;
        using var optimizer = Optimizer(classifier, experiment.FineTuning, Tuner.Seed(experiment.FineTuning, trial.Draw));
        var loss = new Tuner(experiment, trial, device.Device).Tune(classifier, data.Training, data.Draw, optimizer, cancellation);
        return new TrainedModel(
            [.. classifier.Tensors()], Inference.Predict(classifier, data.Validation, device.Device), loss, optimizer.Size);
    }

    /// <summary>Holds the parameters that are tuned.</summary>
    internal virtual AdamW Optimizer(Classifier classifier, FineTuningSpec spec, ulong seed) =>
        new(classifier.parameters(), spec.WeightDecay);
}

/// <summary>All weights are tuned, lower layers slower (Howard and Ruder 2018, arXiv:1801.06146).</summary>
internal sealed class LayerDecayArm() : TunedArm(Arm.LayerDecay, pretrained: true)
{
    protected override double? Setting(FineTuningSpec spec) => spec.LayerDecay;

    internal override AdamW Optimizer(Classifier classifier, FineTuningSpec spec, ulong seed)
    {
        var named = classifier.named_parameters().ToList();
        var rates = named.Select(entry => LayerRates.Of(classifier.Encoder, entry.name, spec.LayerDecay));
        return new AdamW(named.Select(entry => entry.parameter), spec.WeightDecay, rates);
    }
}

/// <summary>The head and low-rank adapters of the encoder are tuned; afterwards the adapters are merged into its weights.</summary>
internal sealed class LoraArm() : TunedArm(Arm.Lora, pretrained: true)
{
    protected override double? Setting(FineTuningSpec spec) => spec.LoraRank;

    internal override AdamW Optimizer(Classifier classifier, FineTuningSpec spec, ulong seed) =>
        new AdapterOptimizer(new LowRankAdapters(classifier.Encoder, spec.LoraRank, seed), classifier.Head, spec.WeightDecay);

    private sealed class AdapterOptimizer(LowRankAdapters adapters, Linear head, double weightDecay)
        : AdamW([.. adapters.Parameters, .. head.parameters()], weightDecay)
    {
        public override void Descend(double learningRate)
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
