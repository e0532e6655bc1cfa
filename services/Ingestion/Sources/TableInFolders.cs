using Pipeline.Ingestion.Findings;

namespace Pipeline.Ingestion.Sources;

/// <summary>Labels from a table beside the files. Where it says no split, the file's folder or name does.</summary>
internal sealed class TableInFolders(IFileLabels table, FolderLabels folders) : IFileLabels
{
    public IReadOnlyList<LabelFile> Files => table.Files;

    public bool NamesFiles => true;

    public string Layout => folders.Layout;

    public FileLabel Find(string path)
    {
        var (label, split) = table.Find(path);
        // The folders of an archive's members are its own.
        return new FileLabel(label, split ?? (path.Contains("!/", StringComparison.Ordinal) ? null : folders.SplitOf(path)));
    }

    public FileLabel Around(string path) => new(null, folders.SplitOf(path));

    public IEnumerable<Rejection> Rejections() => table.Rejections();

    public IEnumerable<Finding> Findings() => [.. table.Findings(), .. folders.FindingsBeside(table.Files.Select(file => file.Path))];
}
