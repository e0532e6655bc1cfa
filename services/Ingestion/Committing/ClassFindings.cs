using System.Globalization;
using Pipeline.Lake.Findings;

namespace Pipeline.Ingestion.Committing;

/// <summary>Findings about classes: those that cannot be learned or tested, and names that may not be meant as classes.</summary>
internal static class ClassFindings
{
    /// <summary>With fewer labelled samples nearly as many classes say nothing.</summary>
    private const int EnoughLabels = 10;

    private static readonly HashSet<string> MissingWords =
    [
        "nan", "nat", "n/a", "n.a.", "na", "#n/a", "#na", "#value!", "<na>", "none", "null", "<null>", "(null)", "nil", "unknown", "tbd",
        "missing", "undefined", "unlabelled", "unlabeled", "-", "--", "?", ".", "\"\"", "''",
    ];

    /// <param name="supplied">The splits that the data brings itself.</param>
    public static IEnumerable<Finding> Of(IReadOnlyList<ClassCount> counts, IReadOnlyCollection<Split> supplied, LabelSpec? spec)
    {
        Finding?[] found =
        [
            Without(WarningCode.ClassWithoutTraining, counts, count => count.Train, ""),
            Without(WarningCode.ClassWithoutTest, counts, count => count.Test, supplied.Contains(Split.Test)
                ? "Add labelled test samples of them."
                : "Add labelled samples of them, or raise the test share in the experiment's split."),
            Found(WarningCode.ClassOfOne, [.. counts.Where(count => Samples(count) == 1)]),
            NearlyUnique(counts),
            Similar(counts),
            // Whoever lists the classes means them.
            spec?.Classes is null ? Missing(counts) : null,
        ];
        return found.OfType<Finding>();
    }

    private static Finding? Found(WarningCode code, IReadOnlyList<ClassCount> counts, string detail = "") =>
        counts.Count == 0 ? null : new Finding(code, counts.Count, Names(counts), detail);

    private static Finding? Without(WarningCode code, IReadOnlyList<ClassCount> counts, Func<ClassCount, long> split, string advice)
    {
        // A split without any label is refused as a whole.
        var without = counts.Where(count => split(count) == 0).ToList();
        return without.Count == counts.Count ? null : Found(code, without, advice);
    }

    private static Finding? NearlyUnique(IReadOnlyList<ClassCount> counts)
    {
        var labelled = counts.Sum(Samples);
        return labelled >= EnoughLabels && (2 * counts.Count > labelled || AreMeasured(counts))
            ? Found(WarningCode.LabelsNearlyUnique, counts, $"{labelled}")
            : null;
    }

    /// <summary>Many different numbers, some of them fractions.</summary>
    private static bool AreMeasured(IReadOnlyList<ClassCount> counts)
    {
        var numbers = counts.Select(count => NumberOf(count.Class)).OfType<decimal>().ToList();
        return numbers.Count >= EnoughLabels && numbers.Count == counts.Count && numbers.Exists(number => !decimal.IsInteger(number));
    }

    private static decimal? NumberOf(string name) =>
        decimal.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Finding? Similar(IReadOnlyList<ClassCount> counts)
    {
        var alike = counts.GroupBy(count => Plain(count.Class)).Where(group => group.Key.Length > 0 && group.Count() > 1)
            .Select(group => group.Select(count => DataNames.Quoted(count.Class)).ToList()).ToList();
        return alike.Count == 0
            ? null
            : new Finding(
                WarningCode.SimilarClasses,
                alike.Sum(names => names.Count),
                DataNames.Few([.. alike.Select(names => string.Join(" and ", names))]));
    }

    private static Finding? Missing(IReadOnlyList<ClassCount> counts)
    {
        var words = counts.Where(count => MissingWords.Contains(count.Class.Trim().ToLowerInvariant())).ToList();
        words.AddRange(MinusOne(counts));
        return words.Count == 0 ? null : new Finding(
            WarningCode.MissingLabelWords,
            words.Sum(Samples),
            string.Join(", ", words.Select(word => $"{DataNames.Quoted(word.Class)} ({Samples(word)})")),
            string.Join(", ", words.Select(word => Yaml(word.Class))));
    }

    /// <summary>A −1 among numbers that count classes from 0.</summary>
    private static IEnumerable<ClassCount> MinusOne(IReadOnlyList<ClassCount> counts)
    {
        var others = counts.Where(count => count.Class != "-1").ToList();
        return others.Count > 0 && others.All(count => ulong.TryParse(count.Class, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? counts.Where(count => count.Class == "-1")
            : [];
    }

    // Numbers are alike if they are equal: '1', '1.0' and '01'.
    private static string Plain(string name) => NumberOf(name) is { } number
        ? number.ToString("0.############################", CultureInfo.InvariantCulture)
        : string.Join(
            ' ',
            CanonicalComposition.Of(name).ToLowerInvariant().Split([' ', '\t', '\u00A0', '_', '-'], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>A word of letters stands for itself in YAML; others could mean something.</summary>
    private static string Yaml(string word) =>
        word.All(letter => char.IsAsciiLetter(letter) || letter == '/') ? word : $"'{word.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Names(IReadOnlyList<ClassCount> counts) =>
        DataNames.Few([.. counts.Select(count => DataNames.Quoted(count.Class))]);

    private static long Samples(ClassCount count) => count.Train + count.Validation + count.Test;
}
