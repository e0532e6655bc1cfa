using Pipeline.Artifacts;

namespace Pipeline.Cli.Running;

/// <summary>One run at a time in a store: a second process, with a bus of its own, would do the same work again.</summary>
internal static class StoreLock
{
    private const string FileName = ".lock";

    /// <exception cref="PipelineException">Another process runs in this store.</exception>
    public static IDisposable Take(string store)
    {
        try
        {
            return new FileStream(Path.Combine(store, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None,
                bufferSize: 0);
        }
        catch (IOException error) when (FolderFailure.IsDiskFull(error))
        {
            throw FolderFailure.DiskFull(FileName, store, 0, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException(
                $"The store {store} is in use by another run; wait until it has ended, or give another folder by --store.", error);
        }
    }
}

/// <summary>The system's folder for temporary files, which ingestion and pretraining write to.</summary>
internal static class TemporaryFolder
{
    /// <exception cref="PipelineException">It is not there, or cannot be written.</exception>
    public static void Check()
    {
        var folder = Path.GetTempPath();
        try
        {
            using var probe = new FileStream(
                Path.Combine(folder, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0,
                FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var what = File.Exists(Path.TrimEndingDirectorySeparator(folder)) ? "is a file" : Directory.Exists(folder)
                ? "cannot be written" : "does not exist";
            throw new PipelineException(
                $"The folder for temporary files, {folder}, {what}. It must be a folder that this user may write to; the environment "
                + $"variable that names it is {(OperatingSystem.IsWindows() ? "TMP" : "TMPDIR")}.", error);
        }
    }
}
