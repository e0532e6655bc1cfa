using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Local.Results;

/// <summary>Stages and verdicts as people and JSON read them, times as clocks show them.</summary>
internal static class Words
{
    public static string Of(Stage stage) => JsonNamingPolicy.KebabCaseLower.ConvertName(stage.ToString());

    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Helps => "helps",
        Verdict.Hurts => "hurts",
        _ => "no evidence",
    };

    /// <summary>0:31, 12:04, 1:02:03.</summary>
    public static string Of(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}:{time.Minutes:d2}:{time.Seconds:d2}"
        : $"{time.Minutes}:{time.Seconds:d2}";
}
