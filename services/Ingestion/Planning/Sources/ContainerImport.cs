using Pipeline.Lake.Containers;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Unpacking;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>Plans the members of one file of the lake as if they were files themselves, archives in it included.</summary>
internal sealed class ContainerImport(FilesSource source, UnpackBudget budget, ChunkCutter chunks, LabelledItems labelled)
{
    /// <param name="item">The container.</param>
    public Task AddAsync(SourceItem item, FileRange file, CancellationToken cancellation) =>
        AddAsync(item, file, source.Labels.Around(item.Path), isNested: false, cancellation);

    private async Task AddAsync(SourceItem item, FileRange file, FileLabel around, bool isNested, CancellationToken cancellation)
    {
        if (item.Container == ContainerKind.Zip && OfficeDocuments.NameOf(file) is { } document)
        {
            await RejectAsync(item, OfficeDocuments.ReasonOf(budget.Content), document, 0, cancellation);
            return;
        }

        using var container = new UnpackedContainer(
            item.Path, item.Container!.Value, budget, source.Rules.Labels.Spec, labelled.AverageBytes, labelled.Findings.Add);
        await container.UnpackAsync(file, isNested, cancellation);
        var labels = new ContainerLabels(item.Path, container, source, container.HasLabelColumn ? around with { Label = null } : around);
        var samples = container.HasNotes ? new SampleLabels(container.Members(), budget.Content) : null;
        foreach (var member in samples?.Apply(container.Members()) ?? container.Members())
            await AddAsync(item.Path, container, member, labels, cancellation);

        labelled.Rejections.AddRange(samples?.Unmatched(item.Path) ?? []);
        labelled.Rejections.AddRange(
            container.Table?.Rejections().Select(rejection => rejection with { Path = $"{item.Path}!/{rejection.Path}" }) ?? []);
        labelled.Findings.Add(labels.Findings());
        if (container.Break is { } broken)
            await RejectAsync(item, broken.Reason, broken.Detail, broken.Lost, cancellation);
    }

    private async Task RejectAsync(SourceItem item, RejectionReason reason, string detail, long lost, CancellationToken cancellation)
    {
        if (lost > 0)
            labelled.Findings.Add(new Finding(WarningCode.CutArchive, lost, item.Path, detail));

        item = item with { Label = null, Split = null, Rejection = reason, Detail = detail, Container = null, Lost = lost };
        await chunks.AddAsync(item, null, cancellation);
    }

    private async Task AddAsync(
        string archive, UnpackedContainer container, UnpackedMember member, ContainerLabels labels, CancellationToken cancellation)
    {
        var path = $"{archive}!/{member.Name}";
        if (member.Rejection is { } rejection)
        {
            var rejected = new SourceItem(path, member.Bytes, null) { Rejection = rejection, Detail = member.Detail };
            await chunks.AddAsync(rejected, null, cancellation);
            return;
        }

        var (label, split) = labels.Of(member);
        if (member.LabelFault is { } fault)
        {
            labelled.Rejections.Add(new Rejection(path, fault, member.Detail));
            label = null;
        }

        var item = new SourceItem(path, member.Bytes, member.Sha256)
        {
            Label = label,
            Split = split,
            Container = member.Container,
            Table = container.Texts,
        };
        if (member.Container is not null)
        {
            await AddAsync(item, container.BytesOf(member), new FileLabel(label, split), isNested: true, cancellation);
            return;
        }

        await using var bytes = container.BytesOf(member).Open();
        await chunks.AddAsync(labelled.Add(item), bytes, cancellation);
    }
}

/// <summary>What is known of the members of one container. In this order: what the container says of the member; the table of labels in it;
/// the lake's table; the member's own folders; the folder that the container lies in.</summary>
/// <param name="path">Of the container.</param>
/// <param name="source">Of the container's file.</param>
/// <param name="around">What its place says.</param>
internal sealed class ContainerLabels(string path, UnpackedContainer container, FilesSource source, FileLabel around)
{
    private readonly FolderLabels _folders = FoldersOf(path, container, source.Rules, container.Table is null && !source.Labels.NamesFiles);

    public FileLabel Of(UnpackedMember member)
    {
        var (label, split) = Outside(member.Name);
        split = member.Label.Split
            ?? split ?? _folders.SplitOf(container.Folders.Unwrap(member.Name), isOpen: around.Split is null) ?? around.Split;
        return new FileLabel(member.Label.Label ?? label, split);
    }

    public IEnumerable<Finding> Findings() => [.. container.Table?.Findings().Select(InContainer) ?? [], .. _folders.Findings()];

    private Finding InContainer(Finding finding) =>
        finding with { Subject = finding.Subject.Length > 0 ? $"{path}!/{finding.Subject}" : "" };

    private FileLabel Outside(string name)
    {
        if (container.Table is not null || source.Labels.NamesFiles)
            return container.Table?.Find(name) ?? source.Labels.Find($"{path}!/{name}");

        var unwrapped = container.Folders.Unwrap(name);
        return new FileLabel(_folders.HasClassFolder(unwrapped) ? _folders.LabelOf(unwrapped) : around.Label, null);
    }

    private static FolderLabels FoldersOf(string path, UnpackedContainer container, LayoutRules rules, bool sayLabels)
    {
        // Lazy: most archives never speak of a split.
        var isTrained = new Lazy<bool>(
            () => container.Members().Any(member => SplitNames.OfFile(container.Folders.Unwrap(member.Name)) == Split.Train));
        var folders = FolderLabels.Of(container.Folders.Top, path, rules, folder => folder.Length == 0 && isTrained.Value);
        return sayLabels ? folders.Certain() : folders;
    }
}
