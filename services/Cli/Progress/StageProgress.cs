using Pipeline.Cli.Results;

namespace Pipeline.Cli.Progress;

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
/// <param name="Seed">Of the encoder, where there are several.</param>
public sealed record TrainingFigures(
    int Slice, double Loss, IReadOnlyDictionary<string, double>? HeldOut, double PerSecond, string Counted, ulong? Seed = null);

/// <summary>A stage's progress in words.</summary>
internal static class StageText
{
    public static string Name(StageProgress stage) => Words.Of(stage.Stage).PadRight("pseudo-labels".Length);

    public static string Count(StageProgress stage) => stage.Total > 0 ? $"{stage.Done}/{stage.Total}" : "";

    /// <summary>What is worth saying beside the count; empty parts are left out.</summary>
    public static IEnumerable<string> Figures(StageProgress stage)
    {
        if (stage.Training is { } training)
        {
            yield return $"loss {training.Loss:0.00}";
            if (training.HeldOut is { Count: > 0 } heldOut)
                yield return $"held-out {string.Join(", ", heldOut.Values.Select(accuracy => $"{accuracy * 100:0.0} %"))}";
            yield return $"{training.PerSecond:0} {training.Counted}/s";
        }
        else if (stage is { State: StageState.Running, Detail: { Length: > 0 } detail })
        {
            yield return detail;
        }
    }

    public static string Left(StageProgress stage, TimeSpan now) => stage.Left(now) is { } left ? $"{Words.Of(left)} left" : "";

    public static string Slice(StageProgress stage) => stage.Training is not { } training ? ""
        : training.Seed is { } seed ? $"seed {seed}, slice {training.Slice + 1}" : $"slice {training.Slice + 1}";
}
