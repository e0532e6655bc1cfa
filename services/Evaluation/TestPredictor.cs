using Pipeline.Contracts;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Tuning.Arms;
using Pipeline.Statistics;

namespace Pipeline.Evaluation;

/// <summary>Shows the test split to the chosen models: the one place in the pipeline that opens it.</summary>
public sealed class TestPredictor(IArtifactStore store, TorchDevice device)
{
    /// <param name="chosen">One trial for each arm, label count and draw.</param>
    /// <param name="progressed">Called with how many are done.</param>
    /// <returns>The right answers on the labelled test samples, and each trial's predictions of them.</returns>
    /// <exception cref="PipelineException">The test split has no labelled sample.</exception>
    public async Task<(Truth Truth, IReadOnlyList<TestPredictions> Predictions)> PredictAsync(
        Experiment experiment,
        DatasetManifest dataset,
        EncoderManifest encoder,
        IReadOnlyList<TrialResult> chosen,
        Func<int, Task> progressed,
        CancellationToken cancellation)
    {
        var splits = await LabelledSplits.OfAsync(store, dataset, experiment.FineTuning.Task, encoder.Tokenizer, cancellation);
        using var samples = splits.Open(Split.Test);
        if (samples.Count == 0)
            throw new PipelineException($"The test split of dataset '{dataset.Dataset}' must have at least one labelled sample.");

        var weights = await store.MaterializeAsync(encoder.File, cancellation);
        var predictions = new List<TestPredictions>();
        foreach (var result in chosen)
        {
            cancellation.ThrowIfCancellationRequested();
            using var model = SafetensorsFile.Open(await store.MaterializeAsync(result.Model, cancellation));
            var setting = new TrialSetting(experiment, encoder.Tokenizer, result.Trial, weights, device);
            var answers = await device.Thread.RunAsync(() => TrialArms.Of(result.Trial.Arm).Predict(setting, model, samples));
            predictions.Add(new TestPredictions(result.Trial, answers));
            await progressed(predictions.Count);
        }

        return (samples.Truth, predictions);
    }
}
