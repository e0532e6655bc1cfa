using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Weights;
using Pipeline.Statistics;
using TorchSharp;

namespace Pipeline.FineTuning;

/// <summary>Trains and validates the model of one trial. Knows the training and the validation split, never the test split.</summary>
public sealed class TrialRunner(IArtifactStore store, TorchDevice device)
{
    /// <summary>The trial's result, trained now or found.</summary>
    public async Task<ArtifactReference> RunAsync(
        Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, Trial trial, CancellationToken cancellation)
    {
        var root = TrialPlan.Root(experiment, dataset, encoder, trial);
        if (await store.FindManifestAsync<TrialResult>(TrialPlan.ResultKey(root), cancellation) is { } found)
        {
            return found.Reference;
        }

        var clock = Stopwatch.StartNew();
        using var training = SampleReader.Open(store, dataset, Split.Train);
        using var validation = SampleReader.Open(store, dataset, Split.Validation);
        var weights = TrialPlan.Pretrained(trial.Arm) ? await store.MaterializeAsync(encoder.File, cancellation) : null;
        var tokenizer = encoder.Tokenizer is { } reference ? await TokenizerStore.OpenAsync(store, reference, cancellation) : null;
        LabelledSamples Labelled(SampleReader samples) => LabelledSplits.Of(samples, dataset, experiment.FineTuning, tokenizer, encoder.Tokenizer?.Spec.Length ?? 0);
        var trained = await device.Thread.RunAsync(
            () => Train(experiment, encoder.Tokenizer, weights, trial, Labelled(training), Labelled(validation), cancellation));

        var metadata = new Dictionary<string, string> { ["architecture"] = experiment.Encoder.Name, ["arm"] = trial.Arm.ToString() };
        var model = await store.CreateAsync(
            $"{root}/model.safetensors", (stream, token) => SafetensorsWriter.WriteAsync(stream, trained.Tensors, metadata, token), cancellation);
        var result = new TrialResult(
            trial, trained.Scores[Metrics.Accuracy], model.Reference, trained.Loss, clock.Elapsed.TotalSeconds, trained.Parameters, trained.Scores);
        return (await store.CreateManifestAsync(TrialPlan.ResultKey(root), result, cancellation)).Reference;
    }

    /// <param name="Scores">Every metric on the validation split.</param>
    private sealed record Trained(List<SafetensorsTensor> Tensors, IReadOnlyDictionary<string, double> Scores, IReadOnlyList<double> Loss, long Parameters);

    private Trained Train(
        Experiment experiment, TokenizerReference? tokenizer, string? weights, Trial trial, LabelledSamples training, LabelledSamples validation, CancellationToken cancellation)
    {
        var spec = experiment.FineTuning;
        if (training.Count < trial.Labels || validation.Count == 0)
        {
            throw new PipelineException($"A trial wants {trial.Labels} labels; the training split has {training.Count} labelled samples, and the validation split {validation.Count}. Valid are fineTuning.labels up to {training.Count}, and at least one labelled sample to validate on.");
        }

        var draw = LabelDraws.Order(training.Strata, spec.Seed, trial.Draw)[..trial.Labels];
        if (trial.Arm == Arm.Baseline)
        {
            return Regress(experiment, trial, training, validation, draw, cancellation);
        }

        var tuner = new Tuner(spec, trial.Draw, trial.LearningRate, device.Device);
        var seed = Tuner.Seed(spec, trial.Draw);
        using var classifier = new Classifier(experiment.Encoder, experiment.Input, training.Truth.Names.Count, seed, tokenizer, training.Truth.Tagged);
        if (weights is not null)
        {
            using var file = SafetensorsFile.Open(weights);
            classifier.Encoder.LoadTensors(file);
        }

        classifier.to(device.Device);
        return TrialPlan.Probes(trial.Arm)
            ? Probe(classifier, seed, tuner, training, validation, draw, cancellation)
            : Tune(classifier, experiment.Input.Size, trial.Arm, tuner, training, validation, draw, cancellation);
    }

    private Trained Tune(
        Classifier classifier, int size, Arm arm, Tuner tuner, LabelledSamples training, LabelledSamples validation, int[] draw, CancellationToken cancellation)
    {
        var (loss, parameters) = arm switch
        {
            Arm.Lora => tuner.TuneAdapters(classifier, training, draw, size, cancellation),
            Arm.LayerDecay => (tuner.TuneLayers(classifier, training, draw, size, cancellation), Parameters(classifier)),
            _ => (tuner.TuneAll(classifier, training, draw, size, cancellation), Parameters(classifier)),
        };
        return new Trained([.. classifier.Tensors()], Metrics.All(validation.Truth, Inference.Predict(classifier, validation, device.Device)), loss, parameters);
    }

    private Trained Probe(
        Classifier classifier, ulong seed, Tuner tuner, LabelledSamples training, LabelledSamples validation, int[] draw, CancellationToken cancellation)
    {
        using var scope = torch.NewDisposeScope();
        using var probe = new LinearProbe(classifier.Encoder.Features, training.Truth.Names.Count, seed);
        probe.to(device.Device);
        var features = Inference.Features(classifier, training, draw, device.Device);
        probe.Standardize(features);
        var labels = draw.Select(training.Labels).ToArray();
        var targets = torch.tensor(labels.SelectMany(sample => sample.Select(label => (long)label)).ToArray(), device: device.Device);
        var loss = tuner.TuneHead(probe, features, targets, cancellation, [.. labels.Select(sample => sample.Count)]);
        return new Trained([.. probe.Tensors("probe.")], Metrics.All(validation.Truth, Inference.Predict(classifier, probe, validation, device.Device)), loss, Parameters(probe));
    }

    private Trained Regress(Experiment experiment, Trial trial, LabelledSamples training, LabelledSamples validation, int[] draw, CancellationToken cancellation)
    {
        var (baseline, loss, answers) = Baseline.Fit(training, draw, validation, trial.LearningRate, experiment.Evaluation.Metric, device.Device, cancellation);
        using var fitted = baseline;
        return new Trained([.. baseline.Tensors()], Metrics.All(validation.Truth, answers), loss, baseline.Size);
    }

    private static long Parameters(torch.nn.Module module) => module.parameters().Sum(parameter => parameter.numel());
}
