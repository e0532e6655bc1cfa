using Pipeline.Contracts;

namespace Pipeline.Local.Running;

/// <summary>The folder that a run takes its files from.</summary>
internal static class DataFolder
{
    /// <returns>Its full path.</returns>
    /// <exception cref="PipelineException">It is not there, holds nothing, or holds the store.</exception>
    public static string Check(string folder, string store)
    {
        var full = Path.GetFullPath(folder);
        if (File.Exists(full))
        {
            throw new PipelineException($"The data {full} is a file; valid is a folder of images.");
        }

        if (!Directory.Exists(full))
        {
            throw new PipelineException($"The data folder {full} does not exist; valid is a folder of images.");
        }

        if (IsWithin(Path.GetFullPath(store), full))
        {
            throw new PipelineException($"The store {Path.GetFullPath(store)} lies within the data folder {full}, so each run would change its own data; valid is a store elsewhere, given by --store.");
        }

        try
        {
            return Directory.EnumerateFileSystemEntries(full).Any()
                ? full
                : throw new PipelineException($"The data folder {full} is empty; valid is a folder of images.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"The data folder {full} cannot be read: {error.Message}", error);
        }
    }

    private static bool IsWithin(string path, string folder) => (path + Path.DirectorySeparatorChar).StartsWith(
        Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
