using Pipeline.Contracts;

namespace Pipeline.Local.Results;

/// <summary>How far a run is. The names are those of <c>status --json</c>, which docs/commands.md describes.</summary>
/// <param name="Stage">The stage that it is in, or ended in.</param>
/// <param name="Verdict">Null as long as it is not finished.</param>
/// <param name="Started">When its dataset was committed.</param>
/// <param name="Step">Of its newest checkpoint; null outside pretraining.</param>
/// <param name="Steps">Of the whole pretraining; null outside it, and where only the samples tell.</param>
/// <param name="TrialsDone">Null outside fine-tuning.</param>
/// <param name="Trials">Of the whole run; null outside fine-tuning.</param>
/// <param name="Failure">Null where nothing has failed.</param>
internal sealed record RunStatus(
    string RunId,
    Stage Stage,
    Verdict? Verdict,
    DateTimeOffset Started,
    long? Step = null,
    long? Steps = null,
    int? TrialsDone = null,
    int? Trials = null,
    RunState State = RunState.Running,
    RunFailure? Failure = null)
{
    /// <summary>Above <see cref="Cells"/>.</summary>
    public static IReadOnlyList<string> Head { get; } = ["run", "stage", "started", "step"];

    /// <summary>How columns are aligned.</summary>
    public static IReadOnlyList<char> Alignment { get; } = ['l', 'l', 'l', 'r'];

    public IReadOnlyList<string> Cells => [RunId, Where, Started.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss"), Count];

    private string Where => (State, Failure) switch
    {
        (RunState.Finished, _) => $"finished: {Words.Of(Verdict!.Value)}",
        (RunState.Cancelled, _) => $"{Words.Of(Stage)}, cancelled",
        (RunState.Failed, { } failure) => $"{Words.Of(failure.Stage)} failed: {failure.Reason}",
        _ => Words.Of(Stage),
    };

    private string Count => (Step, Trials) switch
    {
        ({ } step, _) => Steps is { } steps ? $"{step}/{steps}" : $"{step}",
        (_, { } trials) => $"{TrialsDone}/{trials} trials",
        _ => "",
    };
}

/// <summary>What becomes of a run.</summary>
public enum RunState
{
    /// <summary>Nothing speaks against its going on: whether anybody works for it now, the store cannot tell.</summary>
    Running,

    Finished,
    Failed,
    Cancelled,
}

/// <param name="Stage">That failed; others may have gone on.</param>
/// <param name="Reason">One line.</param>
/// <param name="ErrorQueue">Where the message lies that could not be handled; null in the one-process shape.</param>
internal sealed record RunFailure(Stage Stage, string Reason, string? ErrorQueue);
