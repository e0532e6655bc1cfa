using Pipeline.Artifacts;
using Pipeline.Lake.Findings;

namespace Pipeline.Ingestion.Committing;

/// <summary>Refuses data of which so many files cannot be used that it is probably not what the user thinks it is.</summary>
internal static class RejectedShare
{
    /// <summary>About labels: their files are used.</summary>
    private static readonly HashSet<string> Remarks = new[]
    {
        RejectionReason.UnknownFile, RejectionReason.EmptyLabel, RejectionReason.TwoLabels, RejectionReason.BadLabel,
        RejectionReason.ConflictingLabels,
    }.Select(Rejection.NameOf).ToHashSet();

    /// <exception cref="PipelineException">More than that share of the files was rejected.</exception>
    public static async Task VerifyAsync(
        IArtifactStore store, DatasetManifest dataset, double most, CancellationToken cancellation = default)
    {
        var reasons = dataset.Summary.Rejected.Where(reason => !Remarks.Contains(reason.Key)).OrderByDescending(reason => reason.Value)
            .ToList();
        var rejected = reasons.Sum(reason => reason.Value);
        // A file that holds many documents counts as so many.
        var sequences = Modalities.IsSequence(dataset.Modality);
        var files = rejected + (sequences ? dataset.Summary.Documents : dataset.Summary.Samples + dataset.Summary.Duplicates);
        if (rejected <= most * files)
            return;

        var lines = JsonLines.ReadAsync<Rejection>(await store.OpenReadAsync(dataset.Rejections!.Key, cancellation), cancellation);
        var first = await lines.FirstAsync(rejection => !Remarks.Contains(Rejection.NameOf(rejection.Reason)), cancellation);
        var kind = sequences ? "documents"
            : reasons.Exists(reason => reason.Key == Rejection.NameOf(RejectionReason.MalformedRecord)) ? "files and rows of tables"
            : "files";
        throw new PipelineException(
            $"Of the {files} {kind} of the dataset '{dataset.Dataset}' {rejected} were rejected ({100.0 * rejected / files:f1} %): "
                + $"{string.Join(", ", reasons.Select(reason => $"{reason.Value} {reason.Key}"))}; the share must be at most "
                + $"{100 * most:f1} % (Ingestion:MaxRejectedShare). The first is '{first.Path}': {first.Message}. Each stands in "
                + $"{dataset.Rejections!.Key}. What could be used is kept: a run with a higher limit does not import again."
                + NotUsed.Of(dataset.Warnings));
    }
}
