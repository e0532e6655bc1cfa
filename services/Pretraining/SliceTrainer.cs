using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Learning.Native;

namespace Pipeline.Pretraining;

/// <summary>Trains slice after slice, keeping the last run warm. One slice at a time in a process.</summary>
public sealed class SliceTrainer(IArtifactStore store, IOptions<PretrainingOptions> options, TorchDevice device, TensorBoardLog tensorBoard) : IDisposable
{
    private readonly SemaphoreSlim oneAtATime = new(1);
    private PretrainingSession? warm;

    /// <summary>The encoder's manifest; null as long as it is not trained.</summary>
    public async Task<ArtifactReference?> FindEncoderAsync(RunReference run, IReadOnlyList<ArtifactReference> pseudoLabels, CancellationToken cancellation)
    {
        var plan = await PretrainingPlan.ReadAsync(store, run, pseudoLabels, cancellation);
        return (await store.FindManifestAsync<EncoderManifest>(plan.ManifestKey, cancellation))?.Reference;
    }

    /// <summary>Trains one slice from wherever the run stands.</summary>
    /// <returns>The encoder's manifest if the run is finished, else null; where it stands; and the views that this slice trained on.</returns>
    /// <exception cref="PipelineException">Training diverged or collapsed.</exception>
    public async Task<(ArtifactReference? Encoder, long Step, long Views)> TrainAsync(
        TrainSlice slice, Action<PretrainingProgressed> progressed, CancellationToken stopping)
    {
        await oneAtATime.WaitAsync(stopping);
        try
        {
            var plan = await PretrainingPlan.ReadAsync(store, slice.Run, slice.PseudoLabels, stopping);
            if (await store.FindManifestAsync<EncoderManifest>(plan.ManifestKey, stopping) is { } done)
            {
                return (done.Reference, done.Content.Steps, 0);
            }

            var session = await WarmAsync(plan, slice.Step, stopping);
            var before = session.Time.Views;
            await session.TrainAsync(
                (point, rate) => progressed(new PretrainingProgressed(slice.Run.RunId, slice.Slice, point.Step, session.Steps, point, rate)), stopping);
            await tensorBoard.WriteAsync(plan, session.History, CancellationToken.None);
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
            oneAtATime.Release();
        }
    }

    public void Dispose()
    {
        Cool();
        oneAtATime.Dispose();
    }

    private async Task<PretrainingSession> WarmAsync(PretrainingPlan plan, long step, CancellationToken cancellation)
    {
        if (warm is null || warm.Plan.Root != plan.Root || warm.Step < step)
        {
            Cool();
            warm = await PretrainingSession.OpenAsync(store, plan, options.Value, device, cancellation);
        }

        return warm;
    }

    private async Task<ArtifactReference> FinishAsync(PretrainingSession session)
    {
        var manifest = new EncoderManifest
        {
            Encoder = session.Plan.Experiment.Encoder,
            Input = session.Plan.Experiment.Input,
            Tokenizer = session.Plan.MaskedTokens?.Tokenizer,
            File = await session.SaveEncoderAsync(CancellationToken.None),
            Config = await HuggingFaceFolder.WriteAsync(store, session.Plan, CancellationToken.None),
            Steps = session.Steps,
            History = session.History,
            Time = session.Time,
            Environment = device.Environment,
        };
        var put = await store.CreateManifestAsync(session.Plan.ManifestKey, manifest, CancellationToken.None);
        Cool();
        return put.Reference;
    }

    private void Cool()
    {
        warm?.Dispose();
        warm = null;
    }
}
