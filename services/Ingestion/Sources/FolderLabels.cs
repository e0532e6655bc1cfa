using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>
/// The name of a file's first folder is its class: <c>cat/a.png</c>, <c>cat/2024/b.png</c>. Where the folders at the top are all named train,
/// validation, val or test, they are splits, and the folders in them classes: <c>train/cat/a.png</c>. Files in no class folder, or in one named
/// <c>unlabelled</c> or <c>unlabeled</c>, have no label.
/// </summary>
public sealed class FolderLabels : IFileLabels
{
    private readonly bool _splits;

    /// <exception cref="PipelineException">Split folders and other folders lie side by side.</exception>
    public FolderLabels(string folder)
    {
        var folders = FolderListing.Folders(folder).ToLookup(name => SplitNames.Find(name) is not null);
        _splits = folders[true].Any();
        if (_splits && folders[false].Any())
        {
            throw new PipelineException(
                $"'{folder}' has split folders ({string.Join(", ", folders[true])}) beside others ({string.Join(", ", folders[false])}). Valid are split folders alone ({SplitNames.Valid}), or class folders alone.");
        }
    }

    public IReadOnlyList<string> Files => [];

    public FileLabel Find(string path)
    {
        var segments = path.Split('/');
        var split = _splits ? SplitNames.Find(segments[0]) : null;
        var folders = segments.AsSpan(split is null ? 0 : 1)[..^1];
        return new FileLabel(folders.Length > 0 && !IsUnlabelled(folders[0]) ? folders[0] : null, split);
    }

    public IEnumerable<Rejection> Rejections() => [];

    private static bool IsUnlabelled(string folder) => folder.ToLowerInvariant() is "unlabelled" or "unlabeled";
}
