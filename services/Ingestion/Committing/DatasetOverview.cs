using Microsoft.Extensions.Logging;
using Pipeline.Lake.Findings;

namespace Pipeline.Ingestion.Committing;

/// <summary>A dataset version as it was understood, in a few lines: the same in the terminal, in status and in logs.</summary>
public static class DatasetOverview
{
    private const int MostClasses = 12;
    private const int LargestClasses = 10;

    public static IReadOnlyList<string> Lines(DatasetManifest dataset) =>
    [
        Samples(dataset),
        .. Classes(dataset.Data.Classes!),
        .. Tags(dataset.Tags),
        .. Rejected(dataset.Summary),
        .. dataset.Warnings.Select(warning => warning.Line),
    ];

    /// <summary>The shortest: how much there is, and whether there are warnings.</summary>
    public static string Line(DatasetManifest dataset)
    {
        var warnings = dataset.Warnings.Count == 0 ? "no warnings" : Count(dataset.Warnings.Count, "warning");
        var kinds = dataset.Classes.Count == 0 && dataset.Tags.Count > 0
            ? Count(dataset.Tags.Count, "tag")
            : Count(dataset.Classes.Count, "class", "classes");
        return $"{dataset.Dataset}: {Count(dataset.Summary.Samples, "sample")}, {kinds}, {warnings}";
    }

    private static string Samples(DatasetManifest dataset)
    {
        var data = dataset.Summary;
        var splits = $"{Count(data.Samples, "sample")} ({data.Train} train, {data.Validation} validation, {data.Test} test)";
        string[] more =
        [
            data.Documents > 0 ? $"of {Count(data.Documents, "document")}" : "",
            .. dataset.Tags.Count > 0 && data.Labelled == 0
                ? Array.Empty<string>()
                : [$"{data.Labelled} labelled", $"{data.Unlabelled} without a label"],
            data.Duplicates > 0 ? Count(data.Duplicates, "duplicate") : "",
            data.Groups > 0 ? $"{Count(data.Groups, "group")} of near-duplicates ({Count(data.NearDuplicates, "sample")})" : "",
        ];
        return $"{dataset.Dataset}: {string.Join(", ", more.Where(part => part.Length > 0).Prepend(splits))}";
    }

    private static IEnumerable<string> Classes(IReadOnlyList<ClassSamples> classes)
    {
        if (classes.Count == 0)
            yield break;

        var shown = classes.Count <= MostClasses
            ? classes
            : classes.OrderByDescending(found => found.All).ThenBy(found => found.Name, StringComparer.Ordinal).Take(LargestClasses);
        var more = classes.Count <= MostClasses ? "" : $" and {classes.Count - LargestClasses} more";
        var told = shown.Select(found => $"{DataNames.Shortened(found.Name)} {found.All} ({found.Train}/{found.Validation}/{found.Test})");
        yield return $"classes (train/validation/test): {string.Join(", ", told)}{more}";
    }

    private static IEnumerable<string> Tags(IReadOnlyList<string> tags)
    {
        var more = tags.Count > MostClasses ? $" and {tags.Count - MostClasses} more" : "";
        if (tags.Count > 0)
            yield return $"tags: {string.Join(", ", tags.Take(MostClasses).Select(DataNames.Shortened))}{more}";
    }

    private static IEnumerable<string> Rejected(DataSummary data)
    {
        if (data.Rejected.Count > 0)
        {
            var reasons = data.Rejected.OrderByDescending(reason => reason.Value).ThenBy(reason => reason.Key, StringComparer.Ordinal);
            yield return $"rejected: {string.Join(", ", reasons.Select(reason => $"{reason.Value} {reason.Key}"))}; 'status --rejected' "
                + "names them";
        }
    }

    private static string Count(long count, string one, string? many = null) => $"{count} {(count == 1 ? one : many ?? one + "s")}";
}

/// <summary>A dataset version in the log: an entry for what was understood of it, and one for each warning.</summary>
internal static class DatasetLog
{
    public static void Write(ILogger logger, DatasetManifest dataset)
    {
        var data = dataset.Summary;
        logger.LogInformation(
            "{Dataset}: {Samples} samples ({Train} train, {Validation} validation, {Test} test), {Labelled} labelled, {Unlabelled} without "
                + "a label, {Classes} classes, {Duplicates} duplicates, {Groups} groups of near-duplicates, {Rejected} rejected, "
                + "{Warnings} warnings",
            [
                dataset.Dataset, data.Samples, data.Train, data.Validation, data.Test, data.Labelled, data.Unlabelled,
                dataset.Classes.Count, data.Duplicates, data.Groups, data.Rejected.Values.Sum(), dataset.Warnings.Count,
            ]);
        foreach (var warning in dataset.Warnings)
        {
            logger.LogWarning(
                "{Dataset}: {Code} ({Count}): {Message}", dataset.Dataset, warning.Name, warning.Count, warning.Message);
        }
    }
}
