using Pipeline.Contracts;

namespace Pipeline.Local.Results;

/// <summary>How far a run is.</summary>
/// <param name="Stage">The stage that it is in, or ended in.</param>
/// <param name="Verdict">Null as long as it is not finished.</param>
/// <param name="Started">When its dataset was committed.</param>
/// <param name="Step">Of its newest checkpoint; null outside pretraining.</param>
internal sealed record RunStatus(string RunId, Stage Stage, Verdict? Verdict, DateTimeOffset Started, long? Step)
{
    public IReadOnlyList<string> Cells =>
    [
        RunId,
        Verdict is { } verdict ? $"finished: {Words.Of(verdict)}" : Words.Of(Stage),
        Started.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss"),
        Step?.ToString() ?? "",
    ];
}
