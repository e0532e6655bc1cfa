using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>
/// What is known of the members of one container. In this order: what the container says of the member; the table of labels in it; the lake's table; the
/// member's own folders; the folder that the container lies in.
/// </summary>
/// <param name="path">Of the container.</param>
/// <param name="around">What its place says.</param>
internal sealed class ContainerLabels(string path, UnpackedContainer container, IFileLabels lake, FileLabel around)
{
    private readonly FolderLabels? _folders = container.Table is null && !lake.NamesFiles ? FolderLabels.Of(container.Folders.Top, path) : null;

    public FileLabel Of(UnpackedMember member)
    {
        var (label, split) = Outside(member.Name);
        return new FileLabel(member.Label.Label ?? label, member.Label.Split ?? split ?? around.Split);
    }

    // What lies beside the table's folder is not named by it.
    private string InTable(string name) => name.StartsWith(container.TableFolder, StringComparison.Ordinal) ? name[container.TableFolder.Length..] : "";

    private FileLabel Outside(string name)
    {
        if (_folders is null)
        {
            return container.Table?.Find(InTable(name)) ?? lake.Find($"{path}!/{name}");
        }

        var unwrapped = container.Folders.Unwrap(name);
        var own = _folders.Find(unwrapped);
        return _folders.HasClassFolder(unwrapped) ? own : new FileLabel(around.Label, own.Split);
    }
}
