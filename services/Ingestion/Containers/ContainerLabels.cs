using Pipeline.Contracts;
using Pipeline.Ingestion.Findings;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>
/// What is known of the members of one container. In this order: what the container says of the member; the table of labels in it; the lake's table; the
/// member's own folders; the folder that the container lies in.
/// </summary>
/// <param name="path">Of the container.</param>
/// <param name="around">What its place says.</param>
internal sealed class ContainerLabels(string path, UnpackedContainer container, IFileLabels lake, FileLabel around, LayoutRules rules)
{
    private readonly FolderLabels _folders = FoldersOf(path, container, rules, container.Table is null && !lake.NamesFiles);

    public FileLabel Of(UnpackedMember member)
    {
        var (label, split) = Outside(member.Name);
        split = member.Label.Split ?? split ?? _folders.SplitOf(container.Folders.Unwrap(member.Name), isOpen: around.Split is null) ?? around.Split;
        return new FileLabel(member.Label.Label ?? label, split);
    }

    public IEnumerable<Finding> Findings() => [.. container.Table?.Findings().Select(finding => finding with { Subject = finding.Subject.Length > 0 ? $"{path}!/{finding.Subject}" : "" }) ?? [], .. _folders.Findings()];

    private FileLabel Outside(string name)
    {
        if (container.Table is not null || lake.NamesFiles)
        {
            return container.Table?.Find(name) ?? lake.Find($"{path}!/{name}");
        }

        var unwrapped = container.Folders.Unwrap(name);
        return new FileLabel(_folders.HasClassFolder(unwrapped) ? _folders.LabelOf(unwrapped) : around.Label, null);
    }

    private static FolderLabels FoldersOf(string path, UnpackedContainer container, LayoutRules rules, bool sayLabels)
    {
        // Asked for when the first member speaks of a split: most archives never do.
        var isTrained = new Lazy<bool>(() => container.Members().Any(member => SplitNames.OfFile(container.Folders.Unwrap(member.Name)) == Split.Train));
        var folders = FolderLabels.Of(container.Folders.Top, path, rules, folder => folder.Length == 0 && isTrained.Value);
        return sayLabels ? folders.Certain() : folders;
    }
}
