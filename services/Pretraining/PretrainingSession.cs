using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;

namespace Pipeline.Pretraining;

/// <summary>One live pretraining run: data mapped, network and optimizer in memory. Resumes at the newest checkpoint.</summary>
public sealed class PretrainingSession : IDisposable
{
    private readonly PretrainingOptions _options;
    private readonly TorchThread _torch;
    private readonly PretrainingWork _work;
    private readonly Checkpoints _checkpoints;
    private TrainingDiary _diary = TrainingDiary.Empty;

    private PretrainingSession(
        PretrainingPlan plan, PretrainingOptions options, TorchThread torch, PretrainingWork work, Checkpoints checkpoints) =>
        (Plan, _options, _torch, _work, _checkpoints) = (plan, options, torch, work, checkpoints);

    public PretrainingPlan Plan { get; }

    public long Step => _work.StepsDone;

    public long Steps => _work.Steps;

    public bool Finished => Step >= Steps;

    public IReadOnlyList<PretrainingPoint> History => _diary.History;

    public PretrainingTime Time => _diary.Time;

    /// <summary>Opens a run at its newest checkpoint, or at step 0.</summary>
    public static async Task<PretrainingSession> OpenAsync(
        IArtifactStore store, PretrainingPlan plan, PretrainingOptions options, TorchDevice device, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var work = await new PretextSource(store, plan.Experiment, plan.Dataset, plan.PseudoLabels).OpenWorkAsync(device, cancellation);
        var session = new PretrainingSession(plan, options, device.Thread, work, new Checkpoints(store, plan.CheckpointPrefix));
        using var checkpoint = await session._checkpoints.OpenNewestAsync(cancellation);
        if (checkpoint is not null)
        {
            await session._torch.RunAsync(() => work.Load(checkpoint));
            session._diary = Checkpoints.DiaryOf(checkpoint);
        }

        session._diary = session._diary.WithTime(checkpointing: clock.Elapsed);
        return session;
    }

    /// <summary>Trains until the slice's time is up, the run is finished or the process is to stop; then writes a checkpoint.</summary>
    /// <param name="progressed">Called at each point, with the views trained on in a second.</param>
    /// <param name="stopping">Ends the slice early, after the step in hand.</param>
    /// <exception cref="PipelineException">Training diverged or collapsed; there is no checkpoint of it.</exception>
    public async Task TrainAsync(Action<PretrainingPoint, double> progressed, CancellationToken stopping)
    {
        if (!Finished)
            await _torch.RunAsync(() => Train(progressed, stopping));

        var clock = Stopwatch.StartNew();
        var checkpoint = await _torch.RunAsync(_work.Save);
        _diary = _diary.WithTime(checkpointing: clock.Elapsed);
        clock.Restart();
        await _checkpoints.WriteAsync(Step, checkpoint, _diary);
        _diary = _diary.WithTime(checkpointing: clock.Elapsed);
    }

    /// <summary>The finished encoder's weights.</summary>
    public Task<IReadOnlyList<SafetensorsTensor>> EncoderAsync() => _torch.RunAsync(_work.SaveEncoder);

    public void Dispose() => _work.Dispose();

    private void Train(Action<PretrainingPoint, double> progressed, CancellationToken stopping)
    {
        var slice = Stopwatch.StartNew();
        var clock = Stopwatch.StartNew();
        var pointEvery = Math.Max(1, Steps / _options.Points);
        using var prefetcher = new Prefetcher(_work.Assemble, Step, Steps, _options.BatchesAhead);
        while (!Finished && !stopping.IsCancellationRequested && slice.Elapsed < _options.SliceBudget)
        {
            clock.Restart();
            var step = prefetcher.Next();
            var waited = clock.Elapsed;

            clock.Restart();
            _diary = _diary.WithLoss(step.Train()).WithTime(training: clock.Elapsed, waiting: waited, views: step.Views);
            if (Step % pointEvery != 0 && !Finished)
                continue;

            clock.Restart();
            _diary = _diary.WithPoint(Step, _work.LearningRate, Measure());
            _diary = _diary.WithTime(measuring: clock.Elapsed);
            progressed(History[^1], Time.Views / Time.Total);
            _diary.ThrowIfCollapsed(_options);
        }
    }

    private HeldOutMeasure? Measure()
    {
        var number = History.Count + 1;
        var samples = Finished ? _options.FinalHeldOutSamples : number % _options.MeasureEvery == 0 ? _options.HeldOutSamples : 0;
        return samples == 0 || _work.HeldOut < 2 ? null : _work.Measure(Math.Min(samples, _work.HeldOut));
    }
}
