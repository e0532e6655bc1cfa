using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>Finds out in which layout a folder is.</summary>
public static class LakeSources
{
    public const string Valid =
        "Valid is a folder of images: a folder for each class, or labels.csv (file,label) beside the files, or files without labels, or IDX files (train-images-idx3-ubyte[.gz]).";

    /// <exception cref="PipelineException">There is no such folder, or none of the layouts fits.</exception>
    public static ILakeSource Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new PipelineException(File.Exists(folder) ? $"'{folder}' is a file. {Valid}" : $"There is no folder '{folder}'. {Valid}");
        }

        if (IdxSource.IsIdx(folder))
        {
            return new IdxSource(folder);
        }

        return new FilesSource(folder, File.Exists(Path.Combine(folder, CsvLabels.FileName)) ? new CsvLabels(folder) : new FolderLabels(folder));
    }
}
