using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning.Sources;

namespace Pipeline.Cli.Running;

/// <summary>The folder that a run takes its files from.</summary>
internal static class DataFolder
{
    /// <param name="modality">What its files are to be read as.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="PipelineException">It is not there, holds nothing, or holds the store.</exception>
    public static string Check(string folder, string store, string modality)
    {
        var full = Path.GetFullPath(folder);
        if (File.Exists(full))
            throw new PipelineException($"The data {full} is {SpecialFile.Of(full) ?? "a file"}. {LakeSources.ValidOf(modality)}");
        if (!Directory.Exists(full))
            throw new PipelineException($"The data folder {full} does not exist. {LakeSources.ValidOf(modality)}");
        if (IsWithin(Path.GetFullPath(store), full))
        {
            throw new PipelineException(
                $"The store {Path.GetFullPath(store)} lies within the data folder {full}, so each run would change its own data. --store "
                + "must name a folder elsewhere.");
        }

        try
        {
            return Directory.EnumerateFileSystemEntries(full).Any()
                ? full
                : throw new PipelineException($"The data folder {full} is empty. {LakeSources.ValidOf(modality)}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"The data folder {full} cannot be read: {error.Message}", error);
        }
    }

    private static bool IsWithin(string path, string folder) => (path + Path.DirectorySeparatorChar).StartsWith(
        Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}

/// <summary>What the command line says about a run in this process.</summary>
/// <param name="Device">Overrides Torch:Device unless null.</param>
/// <param name="Threads">Overrides Torch:Threads unless null.</param>
/// <param name="OnDrops">Whether it is to run again with each drop.</param>
public sealed record RunSettings(Experiment Experiment, string Data, string Store, string? Device, int? Threads, bool OnDrops = false);
