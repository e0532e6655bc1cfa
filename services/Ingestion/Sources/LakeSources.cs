using Pipeline.Contracts;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Sources;

/// <summary>Finds out in which layout a folder is.</summary>
public static class LakeSources
{
    public const string Valid =
        "Valid is a folder of images: a folder for each class, or labels.csv (file,label) or labels.jsonl beside the files, or files without labels, or zips, tars, Parquet and Arrow files of images, or IDX files (train-images-idx3-ubyte[.gz]).";

    public const string ValidSequences =
        "Valid is a folder of text, JSON lines, CSV, TSV, FASTA or FASTQ files, plain or in gzip: a folder for each class, or labels.csv (file,label) or labels.jsonl beside the files, or a label in each record, or files without labels, or zips and tars of such files, or Parquet and Arrow files of text.";

    public static string ValidOf(LakeContent content) => content == LakeContent.Images ? Valid : ValidSequences;

    /// <exception cref="PipelineException">There is no such folder, or none of the layouts fits.</exception>
    public static async Task<ILakeSource> OpenAsync(ILakeFolder folder, KnownFiles known, IngestionOptions options, LakeContent content = LakeContent.Images, CancellationToken cancellation = default)
    {
        switch (await folder.StateAsync(cancellation))
        {
            case LakeFolderState.Missing:
                throw new PipelineException($"There is no folder '{folder.Name}'. {ValidOf(content)}");
            case LakeFolderState.File:
                throw new PipelineException($"'{folder.Name}' is a file. {ValidOf(content)}");
        }

        if (content == LakeContent.Images && await IdxSource.FindAsync(folder, cancellation) is { } idx)
        {
            return idx;
        }

        IFileLabels labels = await LabelTable.FindAsync(folder, cancellation) is { } table ? table : await FolderLabels.ReadAsync(folder, cancellation);
        return new FilesSource(folder, labels, known, options, content);
    }
}
