using System.Globalization;
using System.Text.Json;
using Pipeline.Statistics;

namespace Pipeline.Evaluation.Reporting;

/// <summary>Numbers as people read them: a thin space between thousands, a true minus, no more digits than mean something.</summary>
public static class Figures
{
    private const char Minus = '−';
    private const char NarrowSpace = '\u202F';

    /// <summary>0.638 → 63.8 %</summary>
    public static string Percent(double fraction, int digits = 1) =>
        double.IsNaN(fraction) ? "–" : $"{Signs(fraction * 100, $"F{digits}")}{NarrowSpace}%";

    /// <summary>0.069 → +6.9: percentage points.</summary>
    public static string Points(double fraction)
    {
        var text = Signs(fraction * 100, "F1");
        return fraction > 0 && text != "0.0" ? "+" + text : text;
    }

    /// <summary>1.72 → 1.7×</summary>
    public static string Times(double ratio) => Signs(ratio, ratio < 10 ? "0.0" : "0") + "×";

    /// <summary>10000 → 10 000</summary>
    public static string Count(double count) =>
        Signs(Math.Round(count), "#,0").Replace(',', NarrowSpace);

    /// <summary>Three significant digits: 0.00300 → 0.003, 12345 → 12 300.</summary>
    public static string Number(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return value == 0 ? "0" : "–";

        var size = Math.Floor(Math.Log10(Math.Abs(value)));
        return size switch
        {
            >= 6 or < -4 => Signs(value, "0.##e0"),
            >= 3 => Count(value),
            _ => Signs(value, "0." + new string('#', (int)Math.Max(0, 2 - size))),
        };
    }

    /// <summary>0.4 → 0.40 s, 75 → 1 min 15 s, 7380 → 2 h 3 min</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 9.95 => $"{Signs(seconds, seconds < 0.995 ? "0.00" : "0.0")}{NarrowSpace}s",
        < 59.5 => $"{seconds:0}{NarrowSpace}s",
        < 3599.5 => $"{Math.Floor((seconds + 0.5) / 60):0}{NarrowSpace}min {Math.Floor((seconds + 0.5) % 60):0}{NarrowSpace}s",
        _ => $"{Math.Floor((seconds + 30) / 3600):#,0}{NarrowSpace}h {Math.Floor((seconds + 30) % 3600 / 60):0}{NarrowSpace}min",
    };

    /// <summary>1234567 → 1.2 MB</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes}{NarrowSpace}B",
        < 1_000_000 => $"{bytes / 1e3:0.#}{NarrowSpace}kB",
        < 1_000_000_000 => $"{bytes / 1e6:0.#}{NarrowSpace}MB",
        _ => $"{bytes / 1e9:0.##}{NarrowSpace}GB",
    };

    /// <summary>An arm, a stage or a verdict as it is called everywhere else: <c>frozen-random</c>.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    /// <summary>A coordinate or size in a drawing.</summary>
    public static string Coordinate(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    private static string Signs(double value, string format)
    {
        var text = value.ToString(format, CultureInfo.InvariantCulture);
        return text.TrimStart('-').All(c => c is '0' or '.') ? text.TrimStart('-') : text.Replace('-', Minus);
    }
}

/// <summary>Metrics as people write them.</summary>
public static class MetricWords
{
    public static string Of(string metric) => metric switch
    {
        Metrics.MacroF1 => "macro-F1",
        Metrics.BalancedAccuracy => "balanced accuracy",
        Metrics.EntityF1 => "entity F1",
        _ => metric,
    };

    /// <summary>What it counts, in half a sentence.</summary>
    public static string Meaning(string metric) => metric switch
    {
        Metrics.Accuracy => "share of right answers.",
        Metrics.MacroF1 => "mean over the classes of the F1 of each, rare classes weighing as much as frequent ones.",
        Metrics.BalancedAccuracy => "mean over the classes of the share of each that was recognised.",
        _ => "F1 over named entities, right when span and type are both exact.",
    };
}

/// <summary>What samples and the questions about them are called.</summary>
/// <param name="Alike">What two near-duplicates have in common: "nearly the same …".</param>
/// <param name="Content">What two duplicates have in common: "same … as another".</param>
/// <param name="Source">What has that: files of images, but any number of sequences in a file.</param>
/// <param name="Asked">What the pretext task asks about.</param>
/// <param name="Shown">What the encoder trained on.</param>
/// <param name="Raw">What the baseline sees.</param>
internal sealed record SampleWords(string Alike, string Content, string Source, string Asked, string Shown, string Raw)
{
    public static SampleWords Of(string modality) => modality switch
    {
        Modalities.Text => new("text", "text", "sample", "masked tokens", "tokens",
            "the words, pairs of words or characters that are in a text (TF-IDF)"),
        Modalities.Dna or Modalities.Protein =>
            new("sequence", "letters", "sample", "masked tokens", "tokens",
                "the letter at each position, how often each short piece occurs, or the composition"),
        _ => new("picture", "pixels", "file", "views", "views", "the pixels or their gradients"),
    };
}
