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
    /// <param name="encoders">In the order of the experiment's pretraining seeds.</param>
    /// <param name="chosen">One trial for each arm, label count and draw, and encoder where there are several.</param>
    /// <param name="progressed">Called with how many are done.</param>
    /// <returns>The right answers on the labelled test samples, and each trial's predictions of them.</returns>
    /// <exception cref="PipelineException">The test split has no labelled sample.</exception>
    public async Task<(Truth Truth, IReadOnlyList<TestPredictions> Predictions)> PredictAsync(
        Experiment experiment,
        DatasetManifest dataset,
        IReadOnlyList<EncoderManifest> encoders,
        IReadOnlyList<TrialResult> chosen,
        Func<int, Task> progressed,
        CancellationToken cancellation)
    {
        Truth? truth = null;
        var predictions = new List<TestPredictions>();
        foreach (var sameEncoder in chosen.GroupBy(result => experiment.Pretraining.PlaceOf(result.Trial.PretrainingSeed)))
        {
            using var session = await TuningSession.OpenAsync(
                store, experiment, dataset, encoders[sameEncoder.Key], Split.Test, device, cancellation);
            truth = session.HeldOut.Truth;
            if (session.HeldOut.Count == 0)
                throw new PipelineException($"The test split of dataset '{dataset.Dataset}' must have at least one labelled sample.");

            foreach (var result in sameEncoder)
            {
                cancellation.ThrowIfCancellationRequested();
                using var model = SafetensorsFile.Open(await store.MaterializeAsync(result.Model, cancellation));
                var answers = await TrialArms.Of(result.Trial.Arm).PredictAsync(session, result.Trial, model, cancellation);
                predictions.Add(new TestPredictions(result.Trial, answers));
                await progressed(predictions.Count);
            }
        }

        return (truth!, predictions);
    }
}
