using Pipeline.Contracts;

namespace Pipeline.Local.Running;

/// <summary>How a run ended, told once.</summary>
public sealed class RunEnd
{
    private readonly TaskCompletionSource<RunOutcome> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<RunOutcome> Outcome => outcome.Task;

    /// <summary>What comes after the first changes nothing.</summary>
    public void Tell(RunOutcome how) => outcome.TrySetResult(how);
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
