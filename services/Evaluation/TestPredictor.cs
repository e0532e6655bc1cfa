using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Weights;
using Pipeline.Statistics;
using TorchSharp;

namespace Pipeline.Evaluation;

/// <summary>Shows the test split to the chosen models: the one place in the pipeline that opens it.</summary>
public sealed class TestPredictor(IArtifactStore store, TorchDevice device)
{
    /// <param name="chosen">One trial for each arm, label count and draw.</param>
    /// <param name="progressed">Called with how many are done.</param>
    /// <returns>The right answers on the labelled test samples, and each trial's predictions of them.</returns>
    public async Task<(Truth Truth, IReadOnlyList<TestPredictions> Predictions)> PredictAsync(
        Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, IReadOnlyList<TrialResult> chosen, Func<int, Task> progressed, CancellationToken cancellation)
    {
        using var reader = SampleReader.Open(store, dataset, Split.Test);
        var tokenizer = encoder.Tokenizer is { } reference ? await TokenizerStore.OpenAsync(store, reference, cancellation) : null;
        var samples = LabelledSplits.Of(reader, dataset, experiment.FineTuning, tokenizer, encoder.Tokenizer?.Spec.Length ?? 0);
        if (samples.Count == 0)
        {
            throw new PipelineException($"The test split of dataset '{dataset.Dataset}' has no labelled sample. Valid is at least one.");
        }

        var predictions = new List<TestPredictions>();
        foreach (var result in chosen)
        {
            cancellation.ThrowIfCancellationRequested();
            var model = await store.MaterializeAsync(result.Model, cancellation);
            var weights = result.Trial.Arm == Arm.Frozen ? await store.MaterializeAsync(encoder.File, cancellation) : null;
            predictions.Add(new TestPredictions(result.Trial, await device.Thread.RunAsync(() => Predict(experiment, encoder.Tokenizer, result.Trial, model, weights, samples))));
            await progressed(predictions.Count);
        }

        return (samples.Truth, predictions);
    }

    private int[] Predict(Experiment experiment, TokenizerReference? tokenizer, Trial trial, string model, string? weights, LabelledSamples samples)
    {
        var classes = samples.Truth.Names.Count;
        using var file = SafetensorsFile.Open(model);
        if (trial.Arm == Arm.Baseline)
        {
            using var baseline = Baseline.Load(file, samples, classes, device.Device);
            return baseline.Predict(samples, device.Device);
        }

        using var classifier = new Classifier(
            experiment.Encoder, experiment.Input, classes, Tuner.Seed(experiment.FineTuning, trial.Draw), tokenizer, samples.Truth.Tagged);
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

        using var probe = new LinearProbe(classifier.Encoder.Features, classes, seed: 0);
        probe.LoadTensors(file, "probe.");
        probe.to(device.Device);
        classifier.to(device.Device);
        return Inference.Predict(classifier, probe, samples, device.Device);
    }
}
