using Pipeline.Contracts;
using Pipeline.Local.Results;

namespace Pipeline.Local.Progress;

/// <summary>A stage's progress in words.</summary>
internal static class StageText
{
    /// <summary>The longest stage's name.</summary>
    public const int NameWidth = 13;

    public static string Name(StageProgress stage) => Words.Of(stage.Stage).PadRight(NameWidth);

    public static string Count(StageProgress stage) => stage.Total > 0 ? $"{stage.Done}/{stage.Total}" : "";

    /// <summary>What is worth saying beside the count; empty parts are left out.</summary>
    public static IEnumerable<string> Figures(StageProgress stage)
    {
        if (stage.Training is { } training)
        {
            yield return $"loss {training.Loss:0.00}";
            if (training.HeldOut is { Count: > 0 } heldOut)
            {
                yield return $"held-out {string.Join(", ", heldOut.Values.Select(accuracy => $"{accuracy * 100:0.0} %"))}";
            }

            yield return $"{training.PerSecond:0} {training.Counted}/s";
        }
        else if (stage is { State: StageState.Running, Detail: { Length: > 0 } detail })
        {
            yield return detail;
        }
    }

    public static string Left(StageProgress stage, TimeSpan now) => stage.Left(now) is { } left ? $"{Words.Of(left)} left" : "";

    public static string Slice(StageProgress stage) => stage.Training is { } training ? $"slice {training.Slice + 1}" : "";

    public static string CountName(StageProgress stage) => stage.Stage == Stage.Pretraining ? "step " : "";
}
