using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>A linear head is trained on the features of an encoder that stays as it is. The model is the head alone.</summary>
internal sealed class ProbeArm(Arm arm, bool pretrained) : NetworkArm(arm, pretrained)
{
    private const string Prefix = "probe.";

    public override IReadOnlyList<double> Grid(FineTuningSpec spec) => spec.ProbeLearningRates;

    public override int[] Predict(TrialSetting setting, SafetensorsFile model, LabelledSamples samples)
    {
        using var classifier = Create(setting, samples.Truth, Pretrained ? setting.Weights : null);
        using var probe = new LinearProbe(classifier.Encoder.Width, samples.Truth.Names.Count, seed: 0);
        probe.LoadTensors(model, Prefix);
        probe.to(setting.Device.Device);
        return Inference.Predict(classifier, probe, samples, setting.Device.Device);
    }

    protected override TrainedModel Train(
        Classifier classifier, TrialSetting setting, TrialData data, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var (experiment, _, trial, _, torchDevice) = setting;
        var (training, draw, validation) = data;
        var device = torchDevice.Device;
        using var probe = new LinearProbe(
            classifier.Encoder.Width, training.Truth.Names.Count, Tuner.Seed(experiment.FineTuning, trial.Draw));
        probe.to(device);
        var features = Inference.Features(classifier, training, draw, device);
        probe.Standardize(features);
        var labels = draw.Select(training.Labels).ToArray();
        var targets = tensor(labels.SelectMany(sample => sample.Select(label => (long)label)).ToArray(), device: device);
        var loss = new Tuner(experiment, trial, device)
            .TuneHead(probe, features, targets, cancellation, [.. labels.Select(sample => sample.Count)]);
        return new TrainedModel(
            [.. probe.Tensors(Prefix)],
            Inference.Predict(classifier, probe, validation, device),
            loss,
            probe.parameters().Sum(parameter => parameter.numel()));
    }
}
