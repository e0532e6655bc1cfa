using Pipeline.Contracts;
using Pipeline.Ingestion.Findings;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Containers;

/// <summary>Plans the members of one file of the lake as if they were files themselves, archives in it included.</summary>
internal sealed class ContainerImport(IFileLabels lake, LayoutRules rules, UnpackBudget budget, ChunkCutter chunks, LabelledItems labelled)
{
    /// <param name="item">The container.</param>
    public Task AddAsync(SourceItem item, FileRange file, CancellationToken cancellation) =>
        AddAsync(item, file, lake.Around(item.Path), isNested: false, cancellation);

    private async Task AddAsync(SourceItem item, FileRange file, FileLabel around, bool isNested, CancellationToken cancellation)
    {
        if (item.Container == ContainerKind.Zip && OfficeDocuments.NameOf(file) is { } document)
        {
            await RejectAsync(item, OfficeDocuments.ReasonOf(budget.Content), document, 0, cancellation);
            return;
        }

        using var container = new UnpackedContainer(item.Path, item.Container!.Value, budget, rules.Labels.Spec, labelled);
        await container.UnpackAsync(file, isNested, cancellation);
        var labels = new ContainerLabels(item.Path, container, lake, container.HasLabelColumn ? around with { Label = null } : around, rules);
        var samples = container.HasNotes ? new SampleLabels(container.Members(), budget.Content) : null;
        foreach (var member in samples?.Apply(container.Members()) ?? container.Members())
        {
            await AddAsync(item.Path, container, member, labels, cancellation);
        }

        labelled.Add(samples?.Unmatched(item.Path) ?? []);
        labelled.Add(container.Table?.Rejections().Select(rejection => rejection with { Path = $"{item.Path}!/{rejection.Path}" }) ?? []);
        foreach (var finding in labels.Findings())
        {
            labelled.Add(finding);
        }

        if (container.Break is { } broken)
        {
            await RejectAsync(item, broken.Reason, broken.Detail, broken.Lost, cancellation);
        }
    }

    private async Task RejectAsync(SourceItem item, RejectionReason reason, string detail, long lost, CancellationToken cancellation)
    {
        if (lost > 0)
        {
            labelled.Add(new Finding(WarningCode.CutArchive, lost, item.Path, detail));
        }

        await chunks.AddAsync(item with { Label = null, Split = null, Rejection = reason, Detail = detail, Container = null, Lost = lost }, null, cancellation);
    }

    private async Task AddAsync(string archive, UnpackedContainer container, UnpackedMember member, ContainerLabels labels, CancellationToken cancellation)
    {
        var path = $"{archive}!/{member.Name}";
        if (member.Rejection is { } rejection)
        {
            await chunks.AddAsync(new SourceItem(path, member.Bytes, null, null, null, rejection, member.Detail), null, cancellation);
            return;
        }

        var (label, split) = labels.Of(member);
        if (member.LabelFault is { } fault)
        {
            labelled.Add([new Rejection(path, fault, member.Detail)]);
            label = null;
        }

        var item = new SourceItem(path, member.Bytes, member.Sha256, label, split, Container: member.Container, Table: container.Texts);
        if (member.Container is null)
        {
            await using var bytes = container.BytesOf(member).Open();
            await chunks.AddAsync(labelled.Add(item), bytes, cancellation);
        }
        else
        {
            await AddAsync(item, container.BytesOf(member), new FileLabel(label, split), isNested: true, cancellation);
        }
    }
}
