using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Cli.Progress;
using Pipeline.Ingestion.Committing;

namespace Pipeline.Cli.Running;

/// <summary>Listens to what the stages say, and tells the runs that are meant: for their display and for their end.</summary>
public sealed class RunFollower(IArtifactStore store, IEnumerable<RunProgress> runs) :
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
    public Task Consume(ConsumeContext<StageProgressed> context) =>
        TellAsync(context, null, context.Message.RunId, run => run.Advance(context.Message));

    public Task Consume(ConsumeContext<PretrainingProgressed> context) =>
        TellAsync(context, null, context.Message.RunId, run => run.Advance(context.Message));

    public async Task Consume(ConsumeContext<DatasetCommitted> context)
    {
        var reference = context.Message.Run;
        foreach (var run in Meant(context, reference, reference.RunId))
        {
            run.Data = DatasetOverview.Lines(await store.ReadManifestAsync<DatasetManifest>(reference.Dataset, context.CancellationToken));
            run.Finish(Stage.Ingestion, reference.RunId);
        }
    }

    public Task Consume(ConsumeContext<PseudoLabelsReady> context) => FinishAsync(context, Stage.PseudoLabels);

    public Task Consume(ConsumeContext<EncoderReady> context) => FinishAsync(context, Stage.Pretraining);

    public Task Consume(ConsumeContext<TrialsReady> context) => FinishAsync(context, Stage.FineTuning);

    public Task Consume(ConsumeContext<VerdictReached> context) =>
        FinishAsync(context, Stage.Evaluation, run => run.Tell(new RunOutcome.Finished(context.Message, Before: false)));

    public Task Consume(ConsumeContext<RunFailed> context) =>
        TellAsync(context, null, context.Message.RunId, run => run.Tell(new RunOutcome.Failed(context.Message)));

    public Task Consume(ConsumeContext<RunCancelled> context) =>
        TellAsync(context, null, context.Message.RunId, run => run.Tell(new RunOutcome.Cancelled(context.Message.RunId)));

    private Task FinishAsync<T>(ConsumeContext<T> context, Stage stage, Action<RunProgress>? tell = null)
        where T : class, IRunMessage
    {
        var reference = context.Message.Run;
        return TellAsync(context, reference, reference.RunId, run =>
        {
            tell?.Invoke(run);
            run.Finish(stage, reference.RunId);
        });
    }

    private Task TellAsync(ConsumeContext context, RunReference? reference, string? runId, Action<RunProgress> tell)
    {
        foreach (var run in Meant(context, reference, runId))
            tell(run);
        return Task.CompletedTask;
    }

    private IEnumerable<RunProgress> Meant(ConsumeContext context, RunReference? reference, string? runId) =>
        runs.Where(run => run.IsMeant(reference, runId, context.ConversationId));
}
