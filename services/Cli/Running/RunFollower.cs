using MassTransit;
using Microsoft.Extensions.Hosting;
using Pipeline.Artifacts;
using Pipeline.Cli.Progress;
using Pipeline.Hosting.Runs;
using Pipeline.Ingestion.Committing;

namespace Pipeline.Cli.Running;

/// <summary>Listens to what the stages say, for the display and for the end of the run.</summary>
public sealed class RunFollower(IArtifactStore store, RunProgress progress, RunEnd end) :
    IConsumer<StageProgressed>,
    IConsumer<DatasetCommitted>,
    IConsumer<PseudoLabelsReady>,
    IConsumer<PretrainingProgressed>,
    IConsumer<EncoderReady>,
    IConsumer<TrialsReady>,
    IConsumer<VerdictReached>,
    IConsumer<RunFailed>,
    IConsumer<RunCancelled>
{
    public Task Consume(ConsumeContext<StageProgressed> context)
    {
        progress.Advance(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<PretrainingProgressed> context)
    {
        progress.Advance(context.Message);
        return Task.CompletedTask;
    }

    public async Task Consume(ConsumeContext<DatasetCommitted> context)
    {
        var dataset = await store.ReadManifestAsync<DatasetManifest>(context.Message.Run.Dataset, context.CancellationToken);
        progress.Understand(DatasetOverview.Lines(dataset));
        await Finished(Stage.Ingestion, context.Message.Run);
    }

    public Task Consume(ConsumeContext<PseudoLabelsReady> context) => Finished(Stage.PseudoLabels, context.Message.Run);

    public Task Consume(ConsumeContext<EncoderReady> context) => Finished(Stage.Pretraining, context.Message.Run);

    public Task Consume(ConsumeContext<TrialsReady> context) => Finished(Stage.FineTuning, context.Message.Run);

    public Task Consume(ConsumeContext<VerdictReached> context)
    {
        end.Tell(new RunOutcome.Finished(context.Message, Before: false));
        return Finished(Stage.Evaluation, context.Message.Run);
    }

    public Task Consume(ConsumeContext<RunFailed> context)
    {
        end.Tell(new RunOutcome.Failed(context.Message));
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<RunCancelled> context)
    {
        end.Tell(new RunOutcome.Cancelled(context.Message.RunId));
        return Task.CompletedTask;
    }

    private Task Finished(Stage stage, RunReference run)
    {
        progress.Finish(stage, run.RunId);
        return Task.CompletedTask;
    }
}

/// <summary>How a run ended, told once.</summary>
public sealed class RunEnd
{
    private readonly TaskCompletionSource<RunOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<RunOutcome> Outcome => _outcome.Task;

    /// <summary>What comes after the first changes nothing.</summary>
    public void Tell(RunOutcome how) => _outcome.TrySetResult(how);
}

/// <summary>Sees the ends of a run that no message tells of: another process has cancelled it, or nobody works for it any more.</summary>
internal sealed class RunWatch(RunProgress progress, RunLedger ledger, WorkInHand work, RunEnd end, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(2);

    /// <summary>Glances in a row at which nothing was in hand. A message is on its way for milliseconds.</summary>
    private const int Patience = 5;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Glance, clock);
        var idle = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (progress.RunId is { } run && await ledger.IsCancelledAsync(run, stoppingToken))
            {
                end.Tell(new RunOutcome.Cancelled(run));
                return;
            }

            idle = work.IsIdle() ? idle + 1 : 0;
            if (idle == Patience)
            {
                end.Tell(new RunOutcome.Failed(new RunFailed(progress.RunId, progress.Current,
                    "No message of the run is left and it has no result: one was lost. The same command goes on from there.")));
                return;
            }
        }
    }
}
