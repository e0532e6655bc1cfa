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
        using var container = new UnpackedContainer(item.Path, item.Container!.Value, budget);
        await container.UnpackAsync(file, isNested, cancellation);
        var labels = new ContainerLabels(item.Path, container, lake, around, rules);
        foreach (var member in SampleNotes.Apply(container.Members(), budget.Content))
        {
            await AddAsync(item.Path, container, member, labels, cancellation);
        }

        foreach (var finding in labels.Findings())
        {
            labelled.Add(finding);
        }

        labelled.Add(container.Table?.Rejections().Select(rejection => rejection with { Path = $"{item.Path}!/{rejection.Path}" }) ?? []);
        if (container.Break is { } broken)
        {
            await chunks.AddAsync(item with { Label = null, Split = null, Rejection = broken.Reason, Detail = broken.Detail, Container = null }, null, cancellation);
        }
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
        if (member.IsNote)
        {
            labelled.Add([new Rejection(path, RejectionReason.TwoLabels, member.Detail)]);
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
