using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tuning;
using Pipeline.Learning.Tuning.Arms;
using Pipeline.Statistics;

namespace Pipeline.FineTuning;

/// <summary>Trains and validates the models of trials, one at a time, keeping what the last run's trials share. Knows the training and the
/// validation split, never the test split.</summary>
public sealed class TrialRunner(IArtifactStore store, TorchDevice device) : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private (string Experiment, string Encoder, TuningSession Session)? _warm;

    /// <summary>The trial's result, trained now or found.</summary>
    /// <exception cref="PipelineException">There are fewer labels than the trial wants, or none to validate on.</exception>
    public async Task<ArtifactReference> RunAsync(
        Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, Trial trial, CancellationToken cancellation)
    {
        var root = TrialPlan.Root(experiment, dataset, encoder, trial);
        if (trial.PretrainingSeed is { } seed)
        {
            var alone = await RunAsync(experiment, dataset, encoder, trial with { PretrainingSeed = null }, cancellation);
            var told = (await store.ReadManifestAsync<TrialResult>(alone, cancellation)) with { Trial = trial };
            return (await store.CreateManifestAsync(TrialPlan.ResultKey(root, seed), told, cancellation)).Reference;
        }

        if (await store.FindManifestAsync<TrialResult>(TrialPlan.ResultKey(root), cancellation) is { } found)
            return found.Reference;

        return await UseAsync(
            experiment, dataset, encoder, session => RunAsync(session, root, experiment, trial, cancellation), cancellation);
    }

    /// <summary>The vectors of each training shard in the space of the part; null where the store has none.</summary>
    public Task<IReadOnlyList<ArtifactReference?>> FindEmbeddedAsync(
        Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, EmbedShard part, CancellationToken cancellation) =>
        UseAsync(
            experiment, dataset, encoder, session => session.FindEmbeddedAsync(part.Space, part.Readout, cancellation), cancellation);

    /// <summary>The vectors of one training shard, found or computed now.</summary>
    public Task<ArtifactReference> EmbedAsync(
        Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, EmbedShard part, CancellationToken cancellation) =>
        UseAsync(
            experiment, dataset, encoder, session => session.EmbedAsync(part.Space, part.Readout, part.Shard, cancellation), cancellation);

    public void Dispose()
    {
        _warm?.Session.Dispose();
        _oneAtATime.Dispose();
    }

    private async Task<ArtifactReference> RunAsync(
        TuningSession session, string root, Experiment experiment, Trial trial, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (labelled, validation) = (session.Training.Count, session.HeldOut.Count);
        if (labelled < trial.Labels || validation == 0)
        {
            throw new PipelineException(
                $"A trial wants {trial.Labels} labels; the training split has {labelled} labelled samples, and the validation split "
                + $"{validation}. fineTuning.labels must be at most {labelled}, and the validation split must have a labelled sample.");
        }

        var trained = await TrialArms.Of(trial.Arm).TrainAsync(session, trial, cancellation);
        var scores = Metrics.All(session.HeldOut.Truth, trained.HeldOut);
        var metadata = new Dictionary<string, string> { ["architecture"] = experiment.Encoder.Name, ["arm"] = trial.Arm.ToString() };
        var model = await store.CreateAsync(
            $"{root}/model.safetensors",
            (stream, token) => SafetensorsWriter.WriteAsync(stream, trained.Tensors, metadata, token),
            cancellation);
        var result = new TrialResult(
            trial, scores[Metrics.Accuracy], model.Reference, trained.Loss, clock.Elapsed.TotalSeconds, trained.Parameters, scores,
            trained.Reach);
        return (await store.CreateManifestAsync(TrialPlan.ResultKey(root), result, cancellation)).Reference;
    }

    private async Task<T> UseAsync<T>(
        Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, Func<TuningSession, Task<T>> use,
        CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            return await use(await WarmAsync(experiment, dataset, encoder, cancellation));
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task<TuningSession> WarmAsync(
        Experiment experiment, DatasetManifest dataset, EncoderManifest encoder, CancellationToken cancellation)
    {
        var key = ContentKey.Of(ArtifactKinds.Experiment, 1, experiment);
        if (_warm is { } warm && warm.Experiment == key && warm.Encoder == encoder.File.Key)
            return warm.Session;

        _warm?.Session.Dispose();
        _warm = null;
        var session = await TuningSession.OpenAsync(store, experiment, dataset, encoder, Split.Validation, device, cancellation);
        _warm = (key, encoder.File.Key, session);
        return session;
    }
}
