using Pipeline.Artifacts;
using Pipeline.Contracts;

namespace Pipeline.Local.Results;

/// <summary>A store that is only looked at: it is not made where there is none.</summary>
internal static class ExistingStore
{
    /// <exception cref="PipelineException">There is none, or it cannot be read.</exception>
    public static FolderArtifactStore Open(string folder)
    {
        if (!File.Exists(folder) && !File.Exists(Path.Combine(folder, "store.json")))
        {
            throw new PipelineException($"There is no store at {Path.GetFullPath(folder)}; valid is a folder that demo or run has made, given by --store.");
        }

        return new FolderArtifactStore(folder);
    }
}
