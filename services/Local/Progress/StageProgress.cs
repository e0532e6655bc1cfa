using Pipeline.Contracts;

namespace Pipeline.Local.Progress;

/// <summary>Where a stage stands.</summary>
public enum StageState { Waiting, Running, Done, Stopped, Failed }

/// <summary>What is known about one stage at one time.</summary>
/// <param name="Started">Ticks of the clock; meaningless while it waits.</param>
/// <param name="Done">Of <paramref name="Total"/>: parts, or for pretraining steps.</param>
/// <param name="First">What was done, and when, at the first word of it: what a restart found done says nothing about speed.</param>
public sealed record StageProgress(
    Stage Stage,
    StageState State = StageState.Waiting,
    TimeSpan Started = default,
    TimeSpan Ended = default,
    long Done = 0,
    long Total = 0,
    string? Detail = null,
    (long Done, TimeSpan At)? First = null,
    TrainingFigures? Training = null)
{
    public double Share => Total > 0 ? Math.Clamp((double)Done / Total, 0, 1) : State == StageState.Done ? 1 : 0;

    /// <summary>Null as long as nothing tells how fast it goes.</summary>
    public TimeSpan? Left(TimeSpan now) =>
        State == StageState.Running && First is { } first && Done > first.Done && Done < Total
            ? (now - first.At) * ((double)(Total - Done) / (Done - first.Done))
            : null;
}

/// <param name="HeldOut">Accuracy by pretext task, as last measured; null before.</param>
/// <param name="PerSecond">Over the whole training.</param>
/// <param name="Counted">What of: <c>views</c>, or <c>tokens</c>.</param>
public sealed record TrainingFigures(int Slice, double Loss, IReadOnlyDictionary<string, double>? HeldOut, double PerSecond, string Counted);
