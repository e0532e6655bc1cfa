using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;

namespace Pipeline.Pretraining;

/// <summary>Trains slice after slice, keeping the last run warm. One slice at a time in a process.</summary>
public sealed class SliceTrainer(IArtifactStore store, IOptions<PretrainingOptions> options, TorchDevice device) : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private PretrainingSession? _warm;

    /// <summary>Trains one slice from wherever the encoder of its seed stands.</summary>
    /// <returns>The encoder's manifest if it is finished, else null; where it stands; and the views that this slice trained
    /// on.</returns>
    /// <exception cref="PipelineException">Training diverged or collapsed.</exception>
    public async Task<(ArtifactReference? Encoder, long Step, long Views)> TrainAsync(
        TrainSlice slice, Action<PretrainingProgressed> progressed, CancellationToken stopping)
    {
        await _oneAtATime.WaitAsync(stopping);
        try
        {
            var plan = await PretrainingPlan.ReadAsync(store, slice.Run, slice.PseudoLabels, slice.Seed, stopping);
            if (await store.FindManifestAsync<EncoderManifest>(plan.ManifestKey, stopping) is { } done)
                return (done.Reference, done.Content.Steps, 0);

            var session = await WarmAsync(plan, slice.Step, stopping);
            var before = session.Time.Views;
            await session.TrainAsync(
                (point, rate) => progressed(
                    new PretrainingProgressed(slice.Run.RunId, slice.Slice, point.Step, session.Steps, point, rate, slice.Seed)), stopping);
            await TensorBoardLog.WriteAsync(store, plan, session.History, CancellationToken.None);
            var views = session.Time.Views - before;
            return session.Finished ? (await FinishAsync(session), session.Step, views) : (null, session.Step, views);
        }
        catch
        {
            // Whatever state the session is in: the next slice starts from the checkpoint.
            Cool();
            throw;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose()
    {
        Cool();
        _oneAtATime.Dispose();
    }

    private async Task<PretrainingSession> WarmAsync(PretrainingPlan plan, long step, CancellationToken cancellation)
    {
        if (_warm is null || _warm.Plan.Root != plan.Root || _warm.Step < step)
        {
            Cool();
            _warm = await PretrainingSession.OpenAsync(store, plan, options.Value, device, cancellation);
        }

        return _warm;
    }

    private async Task<ArtifactReference> FinishAsync(PretrainingSession session)
    {
        var plan = session.Plan;
        var tensors = await session.EncoderAsync();
        var metadata = new Dictionary<string, string> { ["architecture"] = plan.Experiment.Encoder.Name };
        var file = await store.CreateAsync(
            plan.EncoderKey, (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, metadata, token), CancellationToken.None);
        var manifest = new EncoderManifest
        {
            Encoder = plan.Experiment.Encoder,
            Input = plan.Experiment.Input,
            Tokenizer = plan.MaskedTokens?.Tokenizer,
            File = file.Reference,
            Config = await HuggingFaceFolder.WriteAsync(store, plan, CancellationToken.None),
            Steps = session.Steps,
            History = session.History,
            Time = session.Time,
            Environment = device.Environment,
        };
        var put = await store.CreateManifestAsync(plan.ManifestKey, manifest, CancellationToken.None);
        Cool();
        return put.Reference;
    }

    private void Cool()
    {
        _warm?.Dispose();
        _warm = null;
    }
}
