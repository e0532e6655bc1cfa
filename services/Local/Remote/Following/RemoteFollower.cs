using MassTransit;
using Pipeline.Contracts;
using Pipeline.Local.Running;

namespace Pipeline.Local.Remote.Following;

/// <summary>Listens to what the services say of all runs, and passes on what is about those that somebody waits for.</summary>
internal sealed class RemoteFollower(IReadOnlyList<FollowedRun> runs) :
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
    public Task Consume(ConsumeContext<StageProgressed> context) => PassAsync(context, context.Message.RunId, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<PretrainingProgressed> context) => PassAsync(context, context.Message.RunId, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<DatasetCommitted> context) => PassAsync(context, context.Message, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<PseudoLabelsReady> context) => PassAsync(context, context.Message, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<EncoderReady> context) => PassAsync(context, context.Message, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<TrialsReady> context) => PassAsync(context, context.Message, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<VerdictReached> context) => PassAsync(context, context.Message, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<RunFailed> context) => PassAsync(context, context.Message.RunId, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<RunCancelled> context) => PassAsync(context, context.Message.RunId, follower => follower.Consume(context));

    private Task PassAsync(ConsumeContext context, IRunMessage message, Func<RunFollower, Task> pass) => PassAsync(context, message.Run, message.Run.RunId, pass);

    private Task PassAsync(ConsumeContext context, string? runId, Func<RunFollower, Task> pass) => PassAsync(context, null, runId, pass);

    private async Task PassAsync(ConsumeContext context, RunReference? run, string? runId, Func<RunFollower, Task> pass)
    {
        foreach (var followed in runs.Where(followed => followed.IsMeant(run, runId, context.ConversationId)))
        {
            await pass(followed.Follower);
        }
    }
}
