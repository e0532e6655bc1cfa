using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Committing;
using Pipeline.Local.Progress;

namespace Pipeline.Local.Running;

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
