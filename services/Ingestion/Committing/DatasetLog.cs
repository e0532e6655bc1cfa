using Microsoft.Extensions.Logging;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Committing;

/// <summary>A dataset version in the log: an entry for what was understood of it, and one for each warning.</summary>
internal static partial class DatasetLog
{
    public static void Write(ILogger logger, DatasetManifest dataset)
    {
        var data = dataset.Summary;
        LogDataset(
            logger, dataset.Dataset, data.Samples, data.Train, data.Validation, data.Test, data.Labelled, data.Unlabelled, dataset.Classes.Count, data.Duplicates, data.Groups, data.Rejected.Values.Sum(), dataset.Warnings.Count);
        foreach (var warning in dataset.Warnings)
        {
            LogFound(logger, dataset.Dataset, warning.Name, warning.Count, warning.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Dataset}: {Samples} samples ({Train} train, {Validation} validation, {Test} test), {Labelled} labelled, {Unlabelled} without a label, {Classes} classes, {Duplicates} duplicates, {Groups} groups of near-duplicates, {Rejected} rejected, {Warnings} warnings")]
    private static partial void LogDataset(
        ILogger logger, string dataset, long samples, long train, long validation, long test, long labelled, long unlabelled, int classes, long duplicates, long groups, long rejected, int warnings);

    [LoggerMessage(LogLevel.Warning, "{Dataset}: {Code} ({Count}): {Message}")]
    private static partial void LogFound(ILogger logger, string dataset, string code, long count, string message);
}
