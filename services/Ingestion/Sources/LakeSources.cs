using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>Finds out how a folder is laid out.</summary>
public static class LakeSources
{
    public const string Layouts =
        "a folder with one folder per class, image files with a labels.csv (columns file, label and optionally split), image files alone, or IDX files such as train-images-idx3-ubyte.gz";

    /// <exception cref="PipelineException">There is no such folder, or nothing in it.</exception>
    public static ILakeSource Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new PipelineException(File.Exists(folder)
                ? $"The data folder '{folder}' is a file. Valid is {Layouts}."
                : $"The data folder '{folder}' does not exist. Valid is {Layouts}.");
        }

        if (IdxSource.Find(folder) is { Count: > 0 } images)
        {
            return new IdxSource(folder, images);
        }

        var source = new ImageFolderSource(folder);
        return source.Empty
            ? throw new PipelineException($"The data folder '{folder}' holds no files to read. Valid is {Layouts}.")
            : source;
    }
}
