using System.Diagnostics;
using System.Text.Json;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts.Masked;
using Pipeline.Learning.Pretexts.Views;
using Pipeline.Learning.Training;

namespace Pipeline.Pretraining;

/// <summary>One pretraining run, live: data mapped, network and optimizer in memory. Kept warm between slices, or brought back from a checkpoint.</summary>
public sealed class PretrainingSession : IDisposable
{
    private const string DiaryKey = "pipeline.diary";

    private readonly IArtifactStore store;
    private readonly PretrainingOptions options;
    private readonly TorchDevice device;
    private readonly IPretrainingWork work;
    private Diary diary = new([], 0, 0, new PretrainingTime(0, 0, 0, 0, 0));

    /// <summary>What a checkpoint tells beside the weights.</summary>
    /// <param name="LossSum">Over the steps since the last point.</param>
    private sealed record Diary(IReadOnlyList<PretrainingPoint> History, double LossSum, int LossCount, PretrainingTime Time);

    private PretrainingSession(IArtifactStore store, PretrainingPlan plan, PretrainingOptions options, TorchDevice device, IPretrainingWork work)
    {
        this.store = store;
        this.options = options;
        this.device = device;
        this.work = work;
        Plan = plan;
    }

    public PretrainingPlan Plan { get; }

    public long Step => work.StepsDone;

    public long Steps => work.Steps;

    public bool Finished => Step >= Steps;

    public IReadOnlyList<PretrainingPoint> History => diary.History;

    public PretrainingTime Time => diary.Time;

    /// <summary>Opens a run at its newest checkpoint, or at step 0.</summary>
    public static async Task<PretrainingSession> OpenAsync(
        IArtifactStore store, PretrainingPlan plan, PretrainingOptions options, TorchDevice device, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var session = new PretrainingSession(store, plan, options, device, await OpenWorkAsync(store, plan, device, cancellation));
        if (await NewestCheckpointAsync(store, plan, cancellation) is { } newest)
        {
            await using var stream = await store.OpenReadAsync(newest.Key, cancellation);
            var reference = new ArtifactReference(newest.Key, await Digest.OfAsync(stream, cancellation), newest.Bytes);
            using var checkpoint = SafetensorsFile.Open(await store.MaterializeAsync(reference, cancellation));
            await device.Thread.RunAsync(() => session.work.Load(checkpoint));
            session.diary = JsonSerializer.Deserialize<Diary>(checkpoint.Metadata[DiaryKey], PipelineJson.Compact)!;
        }

        session.Spend(checkpointing: clock.Elapsed);
        return session;
    }

    public static async Task<ArtifactInfo?> NewestCheckpointAsync(IArtifactStore store, PretrainingPlan plan, CancellationToken cancellation)
    {
        ArtifactInfo? newest = null;
        await foreach (var checkpoint in store.ListAsync(plan.CheckpointPrefix, cancellation))
        {
            newest = checkpoint;
        }

        return newest;
    }

    /// <summary>Trains until the slice's time is up, the run is finished or the process is to stop; then writes a checkpoint.</summary>
    /// <param name="stopping">Ends the slice early, after the step in hand.</param>
    public async Task TrainAsync(Action<PretrainingPoint, double> progressed, CancellationToken stopping)
    {
        if (!Finished)
        {
            await device.Thread.RunAsync(() => Train(progressed, stopping));
        }

        var clock = Stopwatch.StartNew();
        var checkpoint = await device.Thread.RunAsync(work.Save);
        Spend(checkpointing: clock.Elapsed);
        var metadata = new Dictionary<string, string> { [DiaryKey] = JsonSerializer.Serialize(diary, PipelineJson.Compact) };
        clock.Restart();
        var written = await store.CreateAsync(
            Plan.CheckpointKey(Step), (stream, token) => SafetensorsWriter.WriteAsync(stream, checkpoint, metadata, token), CancellationToken.None);
        await DeleteOlderAsync(written.Reference.Key);
        Spend(checkpointing: clock.Elapsed);
    }

    /// <summary>Writes the finished encoder.</summary>
    public async Task<ArtifactReference> SaveEncoderAsync(CancellationToken cancellation)
    {
        var tensors = await device.Thread.RunAsync(work.SaveEncoder);
        var metadata = new Dictionary<string, string> { ["architecture"] = Plan.Experiment.Encoder.Name };
        var put = await store.CreateAsync(Plan.EncoderKey, (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, metadata, token), cancellation);
        return put.Reference;
    }

    public void Dispose() => work.Dispose();

    private static async Task<IPretrainingWork> OpenWorkAsync(IArtifactStore store, PretrainingPlan plan, TorchDevice device, CancellationToken cancellation) =>
        plan.MaskedTokens is { } labels
            ? await MaskedTokenWork.OpenAsync(store, plan.Experiment, plan.Dataset, labels, device, cancellation)
            : await ViewWork.OpenAsync(store, plan.Experiment, plan.Dataset, plan.PseudoLabels, device, cancellation);

    private void Train(Action<PretrainingPoint, double> progressed, CancellationToken stopping)
    {
        var slice = Stopwatch.StartNew();
        var clock = Stopwatch.StartNew();
        var pointEvery = Math.Max(1, Steps / options.Points);
        using var prefetcher = new Prefetcher(work.Assemble, Step, Steps, options.BatchesAhead);
        while (!Finished && !stopping.IsCancellationRequested && slice.Elapsed < options.SliceBudget)
        {
            clock.Restart();
            var step = prefetcher.Next();
            var waited = clock.Elapsed;

            clock.Restart();
            var loss = step.Train();
            diary = diary with { LossSum = diary.LossSum + loss, LossCount = diary.LossCount + 1 };
            Spend(training: clock.Elapsed, waiting: waited, views: step.Views);

            if (Step % pointEvery == 0 || Finished)
            {
                clock.Restart();
                AddPoint();
                Spend(measuring: clock.Elapsed);
                progressed(History[^1], Time.Views / Time.Total);
                ThrowIfCollapsed();
            }
        }
    }

    private void AddPoint()
    {
        var number = diary.History.Count + 1;
        var samples = Finished ? options.FinalHeldOutSamples : number % options.MeasureEvery == 0 ? options.HeldOutSamples : 0;
        var measure = samples == 0 || work.HeldOut < 2 ? null : work.Measure(Math.Min(samples, work.HeldOut));
        diary = diary with
        {
            History = [.. diary.History, new PretrainingPoint(Step, diary.LossSum / diary.LossCount, work.LearningRate, measure)],
            LossSum = 0,
            LossCount = 0,
        };
    }

    private void ThrowIfCollapsed()
    {
        var last = History.Where(point => point.HeldOut is not null).TakeLast(2).Select(point => point.HeldOut!).ToList();
        if (last.Count < 2)
        {
            return;
        }

        if (last.All(measure => measure.FeatureDeviation < options.CollapseDeviation))
        {
            throw new PipelineException($"Pretraining collapsed at step {Step}: the features of held-out samples hardly differ (deviation {last[1].FeatureDeviation:g2}, below {options.CollapseDeviation:g2}). A lower pretraining.learningRate may help.");
        }

        if (last.All(measure => measure.EffectiveRank < options.CollapseRank))
        {
            throw new PipelineException($"Pretraining collapsed at step {Step}: the features lie in one direction (effective rank {last[1].EffectiveRank:g3}, below {options.CollapseRank:g3}). A lower pretraining.learningRate may help.");
        }
    }

    private void Spend(TimeSpan training = default, TimeSpan waiting = default, TimeSpan measuring = default, TimeSpan checkpointing = default, long views = 0)
    {
        var time = diary.Time;
        diary = diary with
        {
            Time = new PretrainingTime(
                time.Training + training.TotalSeconds,
                time.Waiting + waiting.TotalSeconds,
                time.Measuring + measuring.TotalSeconds,
                time.Checkpointing + checkpointing.TotalSeconds,
                time.Views + views),
        };
    }

    /// <summary>The newest checkpoint and the one before it stay.</summary>
    private async Task DeleteOlderAsync(string newest)
    {
        var older = new List<string>();
        await foreach (var checkpoint in store.ListAsync(Plan.CheckpointPrefix))
        {
            if (string.CompareOrdinal(checkpoint.Key, newest) < 0)
            {
                older.Add(checkpoint.Key);
            }
        }

        foreach (var key in older.SkipLast(1))
        {
            await store.DeleteAsync(key);
        }
    }
}
