using Microsoft.Win32.SafeHandles;

namespace Pipeline.Artifacts.Caching;

/// <summary>A file on its way into the cache. What is left of it under its temporary name goes with it.</summary>
internal sealed class CacheFile(string path) : IDisposable
{
    public string Path => path;

    public SafeFileHandle Handle { get; } = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);

    public void Dispose()
    {
        Handle.Dispose();
        File.Delete(path);
    }
}
