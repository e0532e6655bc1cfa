using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Local.Progress;
using Pipeline.Local.Running;

namespace Pipeline.Local.Remote.Following;

/// <summary>A run of the services that somebody asked for and waits for: which of the messages that all runs send are about this one.</summary>
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
