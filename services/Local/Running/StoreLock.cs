using Pipeline.Artifacts.Folder;
using Pipeline.Contracts;

namespace Pipeline.Local.Running;

/// <summary>
/// One run at a time in a store: its bus is in memory, so a second process would do the same work again. The operating system frees the lock when its
/// holder ends in whatever way.
/// </summary>
internal static class StoreLock
{
    private const string FileName = ".lock";

    /// <exception cref="PipelineException">Another process runs in this store.</exception>
    public static IDisposable Take(string store)
    {
        try
        {
            return new FileStream(Path.Combine(store, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (FolderFailure.IsDiskFull(error))
        {
            throw FolderFailure.DiskFull(FileName, store, 0, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"The store {store} is in use by another run; wait until it has ended, or give another folder by --store.", error);
        }
    }
}
