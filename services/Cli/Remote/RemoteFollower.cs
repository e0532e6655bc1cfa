using MassTransit;
using Pipeline.Artifacts;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Running;

namespace Pipeline.Cli.Remote;

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
    public Task Consume(ConsumeContext<StageProgressed> context) =>
        PassAsync(context, context.Message.RunId, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<PretrainingProgressed> context) =>
        PassAsync(context, context.Message.RunId, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<DatasetCommitted> context) =>
        PassAsync(context, context.Message, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<PseudoLabelsReady> context) =>
        PassAsync(context, context.Message, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<EncoderReady> context) => PassAsync(context, context.Message, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<TrialsReady> context) => PassAsync(context, context.Message, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<VerdictReached> context) =>
        PassAsync(context, context.Message, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<RunFailed> context) =>
        PassAsync(context, context.Message.RunId, follower => follower.Consume(context));

    public Task Consume(ConsumeContext<RunCancelled> context) =>
        PassAsync(context, context.Message.RunId, follower => follower.Consume(context));

    private Task PassAsync(ConsumeContext context, IRunMessage message, Func<RunFollower, Task> pass) =>
        PassAsync(context, message.Run, message.Run.RunId, pass);

    private Task PassAsync(ConsumeContext context, string? runId, Func<RunFollower, Task> pass) => PassAsync(context, null, runId, pass);

    private async Task PassAsync(ConsumeContext context, RunReference? run, string? runId, Func<RunFollower, Task> pass)
    {
        foreach (var followed in runs.Where(followed => followed.IsMeant(run, runId, context.ConversationId)))
            await pass(followed.Follower);
    }
}

/// <summary>A run of the services that somebody asked for and waits for: which of the messages that all runs send are about this
/// one.</summary>
/// <param name="name">The experiment's.</param>
/// <param name="experiment">The experiment's key in the store.</param>
/// <param name="store">The services'.</param>
/// <param name="conversation">Of the command that asked: what follows from it carries the same, until the run has its id.</param>
internal sealed class FollowedRun(string name, string experiment, IArtifactStore store, Guid conversation, TimeProvider clock)
{
    private readonly RunEnd _end = new();

    public string Name => name;

    /// <summary>The experiment's.</summary>
    public string Modality { get; init; } = Modalities.Image;

    public RunProgress Progress { get; } = new(clock);

    public Task<RunOutcome> Outcome => _end.Outcome;

    public RunFollower Follower => new(store, Progress, _end);

    /// <param name="run">Null where the message has none.</param>
    /// <param name="runId">Null where the message was sent before its run had an id.</param>
    /// <param name="of">The message's conversation.</param>
    public bool IsMeant(RunReference? run, string? runId, Guid? of) => Progress.RunId is { } known
        ? runId == known
        : of == conversation && (run is null ? runId is null : run.Experiment.Key == experiment);
}
