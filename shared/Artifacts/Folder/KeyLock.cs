using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Artifacts.Folder;

/// <summary>One holder at a time for a key, across processes of one machine: a lock file that is opened exclusively and freed by the
/// operating system when its holder ends in whatever way. Keys share 256 files, which stay.</summary>
internal static class KeyLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <exception cref="TimeoutException">Somebody held the lock for 30 s.</exception>
    /// <exception cref="PipelineException">There is no room for the lock file.</exception>
    public static async Task<IDisposable> TakeAsync(string folder, string key, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 1)));
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException error) when (FolderFailure.IsLocked(error))
            {
                if (TimeProvider.System.GetElapsedTime(start) > Patience)
                {
                    throw new TimeoutException(
                        $"Somebody has held the lock {path} of '{key}' for more than {Patience.TotalSeconds} s.", error);
                }
            }
            catch (IOException error) when (FolderFailure.IsDiskFull(error))
            {
                throw FolderFailure.DiskFull(key, Path.GetDirectoryName(folder)!, 0, error);
            }

            await Task.Delay(Pause, cancellation);
        }
    }
}
