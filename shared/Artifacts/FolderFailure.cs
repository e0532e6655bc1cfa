namespace Pipeline.Artifacts;

/// <summary>What the operating system says, read from its error codes.</summary>
public static class FolderFailure
{
    /// <summary>No space (ENOSPC), quota used up (EDQUOT on Linux and macOS), ERROR_DISK_FULL.</summary>
    public static bool IsDiskFull(IOException error) =>
        error.HResult is 28 or unchecked((int)0x80070070)
        || (OperatingSystem.IsLinux() && error.HResult == 122) || (OperatingSystem.IsMacOS() && error.HResult == 69);

    /// <summary>Another handle has the file locked: EAGAIN (Linux), EWOULDBLOCK (macOS), ERROR_SHARING_VIOLATION.</summary>
    public static bool IsLocked(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);

    /// <param name="what">The artifact that there was no room for.</param>
    /// <param name="written">Bytes of it that there was room for.</param>
    public static PipelineException DiskFull(string what, string root, long written, Exception error) =>
        new($"The disk is full: could not write '{what}' to {root} ({written} bytes written). "
            + "Free some space and run the same command again.", error);

    internal static PipelineException NotWritable(string what, string root, Exception error) =>
        new($"Could not write '{what}' to {root}: {error.Message} "
            + "An artifact cannot lie where a folder is, nor below another artifact, nor where this user may not write.", error);
}

/// <summary>The store gave no answer, however often it was asked: a passing fault, so that whoever asked may try again later.</summary>
/// <param name="store">Which one, without any secret.</param>
public sealed class StoreUnavailableException(string store, string what, string reason, Exception inner)
    : IOException($"The store {store} is not available for '{what}': {reason}", inner);
