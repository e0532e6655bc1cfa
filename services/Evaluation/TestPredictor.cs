using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Weights;
using TorchSharp;

namespace Pipeline.Evaluation;

/// <summary>Shows the test split to the chosen models: the one place in the pipeline that opens it.</summary>
public sealed class TestPredictor(IArtifactStore store, TorchDevice device)
{
    /// <param name="chosen">One trial for each arm, label count and draw.</param>
    /// <param name="progressed">Called with how many are done.</param>
    /// <returns>True classes of the labelled test samples, and each trial's predictions for them.</returns>
    public async Task<(IReadOnlyList<int> Labels, IReadOnlyList<TestPredictions> Predictions)> PredictAsync(
        Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, IReadOnlyList<TrialResult> chosen, Func<int, Task> progressed, CancellationToken cancellation)
    {
        using var reader = await SampleReader.OpenAsync(store, dataset, Split.Test, cancellation);
        var samples = new LabelledSamples(reader);
        var predictions = new List<TestPredictions>();
        foreach (var result in chosen)
        {
            cancellation.ThrowIfCancellationRequested();
            var model = await store.MaterializeAsync(result.Model, cancellation);
            var weights = result.Trial.Arm == Arm.Frozen ? await store.MaterializeAsync(encoder.File, cancellation) : null;
            predictions.Add(new TestPredictions(result.Trial, await device.Thread.RunAsync(() => Predict(experiment, dataset, result.Trial, model, weights, samples))));
            await progressed(predictions.Count);
        }

        return (samples.Labels, predictions);
    }

    private int[] Predict(Experiment experiment, DatasetManifest dataset, Trial trial, string model, string? weights, LabelledSamples samples)
    {
        using var file = SafetensorsFile.Open(model);
        if (trial.Arm == Arm.Baseline)
        {
            using var baseline = new LogisticRegression(samples.Features, dataset.Classes.Count);
            baseline.LoadTensors(file, "baseline.");
            baseline.to(device.Device);
            return Inference.Predict(baseline, samples, device.Device);
        }

        using var classifier = new Classifier(experiment.Encoder, experiment.Input, dataset.Classes.Count, Tuner.Seed(experiment.FineTuning, trial.Draw));
        if (trial.Arm is not (Arm.Frozen or Arm.FrozenRandom))
        {
            classifier.LoadTensors(file);
            classifier.to(device.Device);
            return Inference.Predict(classifier, samples, device.Device);
        }

        if (weights is not null)
        {
            using var pretrained = SafetensorsFile.Open(weights);
            classifier.Encoder.LoadTensors(pretrained);
        }

        using var probe = new LinearProbe(classifier.Encoder.Features, dataset.Classes.Count, seed: 0);
        probe.LoadTensors(file, "probe.");
        probe.to(device.Device);
        classifier.to(device.Device);
        return Inference.Predict(classifier.Encoder, probe, samples, device.Device);
    }
}
