using Pipeline.Contracts;

namespace Pipeline.Local.Running;

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
                Path.Combine(folder, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var what = File.Exists(Path.TrimEndingDirectorySeparator(folder)) ? "is a file" : Directory.Exists(folder) ? "cannot be written" : "does not exist";
            throw new PipelineException($"The folder for temporary files, {folder}, {what}. Valid is a folder that this user may write to, given by the environment variable {(OperatingSystem.IsWindows() ? "TMP" : "TMPDIR")}.", error);
        }
    }
}
