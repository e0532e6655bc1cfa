using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Pipeline.Cli.Progress;

/// <summary>How far a run is, and how it ended. Consumers tell it and are never blocked; a display looks when it likes.</summary>
public class RunProgress(TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();
    private readonly TaskCompletionSource<RunOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<StageProgress> _stages =
        [.. Enum.GetValues<Stage>().Where(stage => stage >= Stage.Ingestion).Select(stage => new StageProgress(stage))];
    private readonly ConcurrentDictionary<ulong, long> _stepsBySeed = [];
    private string _counted = CountedIn(Modalities.Image);
    private int _encoders = 1;

    /// <summary>Null until the dataset is committed.</summary>
    public string? RunId { get; private set; }

    /// <summary>Asked to stop, and not there yet.</summary>
    public bool Stopping { get; set; }

    /// <summary>Lines about the dataset; none until it is committed.</summary>
    public IReadOnlyList<string> Data { get; set; } = [];

    public Task<RunOutcome> Outcome => _outcome.Task;

    public TimeSpan Now => clock.GetElapsedTime(_start);

    public IReadOnlyList<StageProgress> Stages => _stages;

    /// <summary>The last stage that has begun.</summary>
    public Stage Current => Stages.LastOrDefault(stage => stage.State != StageState.Waiting)?.Stage ?? Stage.Ingestion;

    /// <summary>Whether a message is about this run.</summary>
    /// <param name="run">Null where the message has none.</param>
    /// <param name="runId">Null where the message was sent before its run had an id.</param>
    public virtual bool IsMeant(RunReference? run, string? runId, Guid? conversation) => true;

    /// <param name="modality">Of the experiment: says what pretraining counts.</param>
    /// <param name="encoders">That it pretrains.</param>
    public void Start(string modality = Modalities.Image, int encoders = 1)
    {
        (_counted, _encoders) = (CountedIn(modality), encoders);
        Update(Stage.Ingestion, Begun);
    }

    /// <summary>Word of a finished stage: those before it are done too, and the next begins.</summary>
    public void Finish(Stage stage, string runId)
    {
        RunId ??= runId;
        for (var done = Stage.Ingestion; done <= stage; done++)
            Update(done, Ended(StageState.Done));
        if (stage < Stage.Evaluation)
            Update(stage + 1, Begun);
    }

    public void Advance(StageProgressed message)
    {
        RunId ??= message.RunId;
        Update(message.Stage, stage => Advanced(stage, message.Done, message.Total) with { Detail = message.Detail });
    }

    public void Advance(PretrainingProgressed message)
    {
        RunId ??= message.RunId;
        _stepsBySeed.AddOrUpdate(message.Seed ?? 0, message.Step, (_, step) => Math.Max(step, message.Step));
        var done = _stepsBySeed.Values.Sum();
        Update(Stage.Pretraining, stage => Advanced(stage, done, _encoders * message.Steps) with
        {
            Training = new TrainingFigures(message.Slice, message.Point.Loss, message.Point.HeldOut?.Accuracy ?? stage.Training?.HeldOut,
                message.ImagesPerSecond, _counted, _encoders > 1 ? message.Seed : null),
        });
    }

    /// <summary>How the run ended; what is told after the first changes nothing.</summary>
    public void Tell(RunOutcome how) => _outcome.TrySetResult(how);

    /// <summary>What was in hand is not any more.</summary>
    public void End(RunOutcome outcome)
    {
        Stopping = false;
        var state = outcome switch
        {
            RunOutcome.Finished => StageState.Done,
            RunOutcome.Failed => StageState.Failed,
            _ => StageState.Stopped,
        };
        foreach (var stage in Stages.Where(stage => stage.State == StageState.Running))
            Update(stage.Stage, Ended(state));
    }

    private static string CountedIn(string modality) => Modalities.IsSequence(modality) ? "tokens" : "views";

    private StageProgress Begun(StageProgress stage) =>
        stage.State == StageState.Waiting ? stage with { State = StageState.Running, Started = Now } : stage;

    private Func<StageProgress, StageProgress> Ended(StageState state) =>
        stage => stage.State is StageState.Waiting or StageState.Running ? Begun(stage) with { State = state, Ended = Now } : stage;

    // Messages may overtake each other; progress goes one way.
    private StageProgress Advanced(StageProgress stage, long done, long total)
    {
        var begun = Begun(stage);
        return begun with { Done = Math.Max(begun.Done, done), Total = total, First = begun.First ?? (done, Now) };
    }

    private void Update(Stage stage, Func<StageProgress, StageProgress> change) => ImmutableInterlocked.Update(
        ref _stages, stages => stages.SetItem(stage - Stage.Ingestion, change(stages[stage - Stage.Ingestion])));
}

/// <summary>How a run can end.</summary>
public abstract record RunOutcome
{
    /// <param name="Before">The verdict was in the store already.</param>
    public sealed record Finished(VerdictReached Verdict, bool Before) : RunOutcome;

    public sealed record Failed(RunFailed Why) : RunOutcome;

    /// <summary>By somebody's command.</summary>
    public sealed record Cancelled(string RunId) : RunOutcome;

    /// <summary>By a signal.</summary>
    public sealed record Stopped : RunOutcome;
}
