using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Tuning.Arms;
using Pipeline.Statistics;

namespace Pipeline.FineTuning;

/// <summary>Trains and validates the model of one trial. Knows the training and the validation split, never the test split.</summary>
public sealed class TrialRunner(IArtifactStore store, TorchDevice device)
{
    /// <summary>The trial's result, trained now or found.</summary>
    /// <exception cref="PipelineException">There are fewer labels than the trial wants, or none to validate on.</exception>
    public async Task<ArtifactReference> RunAsync(
        Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, Trial trial, CancellationToken cancellation)
    {
        var root = TrialPlan.Root(experiment, dataset, encoder, trial);
        if (await store.FindManifestAsync<TrialResult>(TrialPlan.ResultKey(root), cancellation) is { } found)
            return found.Reference;

        var clock = Stopwatch.StartNew();
        var splits = await LabelledSplits.OfAsync(store, dataset, experiment.FineTuning.Task, encoder.Tokenizer, cancellation);
        using var training = splits.Open(Split.Train);
        using var validation = splits.Open(Split.Validation);
        if (training.Count < trial.Labels || validation.Count == 0)
        {
            throw new PipelineException(
                $"A trial wants {trial.Labels} labels; the training split has {training.Count} labelled samples, "
                + $"and the validation split {validation.Count}. fineTuning.labels must be at most {training.Count}, "
                + "and the validation split must have a labelled sample.");
        }

        var arm = TrialArms.Of(trial.Arm);
        var weights = arm.Pretrained ? await store.MaterializeAsync(encoder.File, cancellation) : null;
        var setting = new TrialSetting(experiment, encoder.Tokenizer, trial, weights, device);
        var draw = LabelDraws.Order(training.Strata, experiment.FineTuning.Seed, trial.Draw)[..trial.Labels];
        var data = new TrialData(training, draw, validation);
        var trained = await device.Thread.RunAsync(() => arm.Train(setting, data, cancellation));

        var scores = Metrics.All(validation.Truth, trained.Validation);
        var metadata = new Dictionary<string, string> { ["architecture"] = experiment.Encoder.Name, ["arm"] = trial.Arm.ToString() };
        var model = await store.CreateAsync(
            $"{root}/model.safetensors",
            (stream, token) => SafetensorsWriter.WriteAsync(stream, trained.Tensors, metadata, token),
            cancellation);
        var result = new TrialResult(
            trial, scores[Metrics.Accuracy], model.Reference, trained.Loss, clock.Elapsed.TotalSeconds, trained.Parameters, scores);
        return (await store.CreateManifestAsync(TrialPlan.ResultKey(root), result, cancellation)).Reference;
    }
}
