using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Weights;
using Pipeline.Statistics;
using TorchSharp;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>An arm with an encoder and a head. At a draw, all start from the same random weights; some load the encoder.</summary>
internal abstract class NetworkArm(Arm arm, bool pretrained) : ITrialArm
{
    public Arm Arm => arm;

    public bool Pretrained => pretrained;

    public bool Suits(string task) => true;

    public abstract IReadOnlyList<double> Grid(FineTuningSpec spec);

    public object Inputs(Experiment experiment, EncoderManifest encoder) => new
    {
        experiment.FineTuning.Task,
        encoder.Tokenizer,
        weights = pretrained ? encoder.File.Digest : null,
        architecture = experiment.Encoder,
        experiment.FineTuning.Steps,
        experiment.FineTuning.Batch,
        experiment.FineTuning.WeightDecay,
        experiment.FineTuning.Augmentation,
        own = Setting(experiment.FineTuning),
    };

    public TrainedModel Train(TrialSetting setting, TrialData data, CancellationToken cancellation)
    {
        using var classifier = Create(setting, data.Training.Truth, pretrained ? setting.Weights : null);
        return Train(classifier, setting, data, cancellation);
    }

    public abstract int[] Predict(TrialSetting setting, SafetensorsFile model, LabelledSamples samples);

    /// <summary>The setting that this arm alone has; null for none.</summary>
    protected virtual double? Setting(FineTuningSpec spec) => null;

    protected abstract TrainedModel Train(
        Classifier classifier, TrialSetting setting, TrialData data, CancellationToken cancellation);

    /// <param name="weights">File that the encoder is loaded from; null leaves it random.</param>
    protected static Classifier Create(TrialSetting setting, Truth truth, string? weights)
    {
        var (experiment, tokenizer, trial, _, device) = setting;
        var seed = Tuner.Seed(experiment.FineTuning, trial.Draw);
        var classifier = new Classifier(experiment.Encoder, experiment.Input, truth.Names.Count, seed, tokenizer, truth.Tagged);
        if (weights is not null)
        {
            using var file = SafetensorsFile.Open(weights);
            classifier.Encoder.LoadTensors(file);
        }

        classifier.to(device.Device);
        return classifier;
    }
}
