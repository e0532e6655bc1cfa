using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>
/// Image files in folders. With a labels.csv, that tells the labels. Else the first folder of a path is the label (after a top-level <c>train</c>, <c>validation</c>,
/// <c>val</c> or <c>test</c>, which is the split); files in the top folder, or in one named <c>unlabelled</c> or <c>unlabeled</c>, have none.
/// Left alone: symbolic links, names that start with <c>.</c> or <c>_</c>, and the sidecars labels.csv, classes.txt, README, LICENSE and COPYING.
/// </summary>
internal sealed class ImageFolderSource : ILakeSource
{
    private static readonly string[] Sidecars = ["labels.csv", "classes.txt", "thumbs.db", "desktop.ini"];
    private static readonly string[] SidecarStems = ["readme", "license", "licence", "copying"];
    private static readonly string[] Unlabelled = ["unlabelled", "unlabeled"];

    private readonly string folder;
    private readonly List<string> files;
    private readonly bool hasLabels;
    private readonly List<Rejection> rejections = [];

    public ImageFolderSource(string folder)
    {
        this.folder = folder;
        hasLabels = File.Exists(Path.Combine(folder, LabelsCsv.FileName));
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        files =
        [
            .. Directory.EnumerateFiles(folder, "*", options)
                .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
                .Where(IsData)
                .Order(StringComparer.Ordinal),
        ];
    }

    public bool Empty => files.Count == 0;

    public IReadOnlyList<Rejection> Rejections => rejections;

    public Task<string> FingerprintAsync(CancellationToken cancellation) =>
        Fingerprint.OfAsync(folder, hasLabels ? files.Append(LabelsCsv.FileName).Order(StringComparer.Ordinal) : files, cancellation);

    public IEnumerable<ChunkPlan> Chunks(int imagesPerChunk)
    {
        rejections.Clear();
        var labels = hasLabels ? LabelsCsv.Read(folder, files, rejections) : null;
        var splits = files.All(file => file.Contains('/', StringComparison.Ordinal) && SplitNames.Parse(file.Split('/')[0]) is not null);
        return files.Chunk(imagesPerChunk).Select(chunk => new ChunkPlan([.. chunk.Select(file => Item(file, labels, splits))]));
    }

    private static FileItem Item(string file, IReadOnlyDictionary<string, FileItem>? labels, bool splits)
    {
        if (labels is not null)
        {
            return labels.GetValueOrDefault(file) ?? new FileItem(file, null, null);
        }

        var parts = file.Split('/');
        var (split, folders) = splits ? (SplitNames.Parse(parts[0]), parts[1..^1]) : (null, parts[..^1]);
        var label = folders.FirstOrDefault();
        return new FileItem(file, label is null || Unlabelled.Contains(label.ToLowerInvariant()) ? null : label, split);
    }

    private static bool IsData(string path)
    {
        if (path.Split('/').Any(part => part[0] is '.' or '_'))
        {
            return false;
        }

        var name = Path.GetFileName(path).ToLowerInvariant();
        return !Sidecars.Contains(name) && !SidecarStems.Contains(Path.GetFileNameWithoutExtension(name));
    }
}

internal static class SplitNames
{
    /// <returns>Null for anything that names no split.</returns>
    public static Split? Parse(string name) => name.ToLowerInvariant() switch
    {
        "train" => Split.Train,
        "validation" or "val" => Split.Validation,
        "test" => Split.Test,
        _ => null,
    };
}
