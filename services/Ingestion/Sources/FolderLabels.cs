using Pipeline.Contracts;
using Pipeline.Ingestion.Findings;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Sources;

/// <summary>
/// The name of a file's first folder is its class: <c>cat/a.png</c>, <c>cat/2024/b.png</c>. Where the folders at the top are all named train,
/// validation, val or test, they are splits, and the folders in them classes: <c>train/cat/a.png</c>. Files in no class folder, or in one named
/// <c>unlabelled</c> or <c>unlabeled</c>, have no label.
/// </summary>
public sealed class FolderLabels : IFileLabels
{
    private readonly bool _splits;

    private FolderLabels(bool splits) => _splits = splits;

    /// <exception cref="PipelineException">Split folders and other folders lie side by side.</exception>
    public static async Task<FolderLabels> ReadAsync(ILakeFolder folder, CancellationToken cancellation = default) =>
        Of(await folder.FoldersAsync(cancellation), folder.Name);

    /// <param name="top">Names of the folders at the top.</param>
    /// <param name="name">For errors.</param>
    /// <exception cref="PipelineException">Split folders and other folders lie side by side.</exception>
    public static FolderLabels Of(IEnumerable<string> top, string name)
    {
        var folders = top.ToLookup(folder => SplitNames.OfFolder(folder) is not null);
        var splits = folders[true].Any();
        if (splits && folders[false].Any())
        {
            throw new PipelineException(
                $"'{name}' has split folders ({string.Join(", ", folders[true])}) beside others ({string.Join(", ", folders[false])}). Valid are split folders alone ({SplitNames.ValidFolders}), or class folders alone.");
        }

        return new FolderLabels(splits);
    }

    /// <summary>Where tables of labels may lie, as prefixes of paths.</summary>
    public IReadOnlyList<string> TableFolders { get; } = [""];

    public bool NamesFiles => false;

    /// <summary>Whether a path has a folder that says a class, or that there is none.</summary>
    public bool HasClassFolder(string path) => path.Count(c => c == '/') > (_splits && SplitNames.OfFolder(path.Split('/')[0]) is not null ? 1 : 0);

    public IReadOnlyList<LabelFile> Files => [];

    public FileLabel Find(string path)
    {
        var segments = path.Split('/');
        var split = _splits ? SplitNames.OfFolder(segments[0]) : null;
        var folders = segments.AsSpan(split is null ? 0 : 1)[..^1];
        return new FileLabel(folders.Length > 0 && !IsUnlabelled(folders[0]) ? folders[0] : null, split);
    }

    public IEnumerable<Rejection> Rejections() => [];

    public IEnumerable<Finding> Findings() => [];

    private static bool IsUnlabelled(string folder) => folder.ToLowerInvariant() is "unlabelled" or "unlabeled";
}
