using Pipeline.Contracts;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Sources;

/// <summary>Finds out in which layout a folder is.</summary>
public static class LakeSources
{
    public const string Valid =
        "Valid is a folder of images: a folder for each class, or labels.csv (file,label) beside the files, or files without labels, or IDX files (train-images-idx3-ubyte[.gz]).";

    /// <param name="reads">Files that are read at a time.</param>
    /// <exception cref="PipelineException">There is no such folder, or none of the layouts fits.</exception>
    public static async Task<ILakeSource> OpenAsync(ILakeFolder folder, KnownFiles known, int reads, CancellationToken cancellation = default)
    {
        switch (await folder.StateAsync(cancellation))
        {
            case LakeFolderState.Missing:
                throw new PipelineException($"There is no folder '{folder.Name}'. {Valid}");
            case LakeFolderState.File:
                throw new PipelineException($"'{folder.Name}' is a file. {Valid}");
        }

        if (await IdxSource.FindAsync(folder, cancellation) is { } idx)
        {
            return idx;
        }

        IFileLabels labels = await folder.HasFileAsync(CsvLabels.FileName, cancellation)
            ? await CsvLabels.ReadAsync(folder, cancellation)
            : await FolderLabels.ReadAsync(folder, cancellation);
        return new FilesSource(folder, labels, known, reads);
    }
}
