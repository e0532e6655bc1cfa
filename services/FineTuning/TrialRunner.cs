using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Training;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Weights;
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
        using var training = await SampleReader.OpenAsync(store, dataset, Split.Train, cancellation);
        using var validation = await SampleReader.OpenAsync(store, dataset, Split.Validation, cancellation);
        var weights = TrialPlan.Pretrained(trial.Arm) ? await store.MaterializeAsync(encoder.File, cancellation) : null;
        var trained = await device.Thread.RunAsync(
            () => Train(experiment, dataset, weights, trial, new LabelledSamples(training), new LabelledSamples(validation), cancellation));

        var metadata = new Dictionary<string, string> { ["architecture"] = experiment.Encoder.Name, ["arm"] = trial.Arm.ToString() };
        var model = await store.CreateAsync(
            $"{root}/model.safetensors", (stream, token) => SafetensorsWriter.WriteAsync(stream, trained.Tensors, metadata, token), cancellation);
        var result = new TrialResult(trial, trained.Accuracy, model.Reference, trained.Loss, clock.Elapsed.TotalSeconds, trained.Parameters);
        return (await store.CreateManifestAsync(TrialPlan.ResultKey(root), result, cancellation)).Reference;
    }

    private sealed record Trained(List<SafetensorsTensor> Tensors, double Accuracy, IReadOnlyList<double> Loss, long Parameters);

    private Trained Train(
        Experiment experiment, DatasetManifest dataset, string? weights, Trial trial, LabelledSamples training, LabelledSamples validation, CancellationToken cancellation)
    {
        var spec = experiment.FineTuning;
        if (training.Count < trial.Labels || validation.Count == 0)
        {
            throw new PipelineException($"A trial wants {trial.Labels} labels; the training split has {training.Count} labelled samples, and the validation split {validation.Count}. Valid are fineTuning.labels up to {training.Count}, and at least one labelled sample to validate on.");
        }

        var draw = LabelDraws.Order(training.Labels, spec.Seed, trial.Draw)[..trial.Labels];
        if (trial.Arm == Arm.Baseline)
        {
            return Regress(dataset, trial, training, validation, draw, cancellation);
        }

        var tuner = new Tuner(spec, trial.Draw, trial.LearningRate, device.Device);
        var seed = Tuner.Seed(spec, trial.Draw);
        using var classifier = new Classifier(experiment.Encoder, experiment.Input, dataset.Classes.Count, seed);
        if (weights is not null)
        {
            using var file = SafetensorsFile.Open(weights);
            classifier.Encoder.LoadTensors(file);
        }

        classifier.to(device.Device);
        return TrialPlan.Probes(trial.Arm)
            ? Probe(classifier, dataset.Classes.Count, seed, tuner, training, validation, draw, cancellation)
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
        return new Trained([.. classifier.Tensors()], Accuracy(Inference.Predict(classifier, validation, device.Device), validation.Labels), loss, parameters);
    }

    private Trained Probe(
        Classifier classifier, int classes, ulong seed, Tuner tuner, LabelledSamples training, LabelledSamples validation, int[] draw, CancellationToken cancellation)
    {
        using var scope = torch.NewDisposeScope();
        using var probe = new LinearProbe(classifier.Encoder.Features, classes, seed);
        probe.to(device.Device);
        var features = Inference.Features(classifier.Encoder, training, draw, device.Device);
        probe.Standardize(features);
        var loss = tuner.TuneHead(probe, features, training.Targets(draw, device.Device), cancellation);
        return new Trained([.. probe.Tensors("probe.")], Accuracy(Inference.Predict(classifier.Encoder, probe, validation, device.Device), validation.Labels), loss, Parameters(probe));
    }

    private Trained Regress(DatasetManifest dataset, Trial trial, LabelledSamples training, LabelledSamples validation, int[] draw, CancellationToken cancellation)
    {
        using var scope = torch.NewDisposeScope();
        using var baseline = new LogisticRegression(training.Features, dataset.Classes.Count);
        baseline.to(device.Device);
        var loss = baseline.Fit(training.Images(draw, device.Device).flatten(1), training.Targets(draw, device.Device), trial.LearningRate, cancellation);
        return new Trained([.. baseline.Tensors("baseline.")], Accuracy(Inference.Predict(baseline, validation, device.Device), validation.Labels), loss, baseline.Size);
    }

    private static long Parameters(torch.nn.Module module) => module.parameters().Sum(parameter => parameter.numel());

    private static double Accuracy(int[] predicted, IReadOnlyList<int> labels) =>
        (double)predicted.Where((label, i) => label == labels[i]).Count() / predicted.Length;
}
