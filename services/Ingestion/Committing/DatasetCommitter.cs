using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Grouping;
using Pipeline.Ingestion.Planning;

namespace Pipeline.Ingestion.Committing;

/// <summary>Makes the dataset version from an import's parts. Every byte follows from the plan and the parts, so that several workers at
/// once, or one after a crash, write the same.</summary>
public sealed class DatasetCommitter(IArtifactStore store)
{
    private readonly FanIn _fanIn = new(store, TimeProvider.System);

    /// <summary>Numbers of the chunks that have no part yet.</summary>
    public Task<IReadOnlyList<int>> MissingAsync(ImportPlan plan, CancellationToken cancellation = default) =>
        _fanIn.ListAsync(plan.Root, ImportPlan.PartsOf(plan.Dataset), PartKeys(plan), cancellation);

    /// <summary>The missing chunks, for the writer of a part: empty only when every part exists. A part of the last two seconds may still
    /// count as missing.</summary>
    public Task<IReadOnlyList<int>> LeftAsync(ImportPlan plan, int chunk, CancellationToken cancellation = default) =>
        _fanIn.GlanceAsync(plan.Root, ImportPlan.PartsOf(plan.Dataset), chunk, () => PartKeys(plan), cancellation);

    /// <summary>The dataset's manifest; null when it has not been committed.</summary>
    public async Task<ArtifactReference?> FindAsync(ImportPlan plan, CancellationToken cancellation = default) =>
        (await store.FindManifestAsync<DatasetManifest>(plan.DatasetKey, cancellation))?.Reference;

    /// <summary>Commits; all parts must exist, unless the version does.</summary>
    /// <returns>The dataset's manifest.</returns>
    /// <exception cref="PipelineException">No dataset can be made of the parts.</exception>
    public async Task<ArtifactReference> CommitAsync(ImportPlan plan, CancellationToken cancellation = default)
    {
        try
        {
            if (await FindAsync(plan, cancellation) is null)
                await store.CreateManifestAsync(plan.DatasetKey, await MakeAsync(plan, cancellation), cancellation);
        }
        catch (Exception error) when (error is ArtifactNotFoundException or PipelineException)
        {
            // Once the version exists, parts may have been deleted.
            if (await FindAsync(plan, cancellation) is null)
                throw;
        }

        // The plan stays for messages that are delivered again, and parts stay for the next version, which has most of them too.
        await foreach (var found in store.ListAsync(plan.Root, cancellation).Where(found => found.Key != plan.Key))
            await store.DeleteAsync(found.Key, cancellation);

        return (await FindAsync(plan, cancellation))!;
    }

    private async Task<DatasetManifest> MakeAsync(ImportPlan plan, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var parts = await PartReader.OpenAllAsync(store, plan, cancellation);
        using var survey = new PartSurvey(plan, parts.Capacity);
        await survey.TakeAsync(parts, cancellation);
        await using var writer = new DatasetWriter(store, plan, parts, survey);
        for (var chunk = 0; chunk < plan.Chunks.Count; chunk++)
            await writer.AddAsync(chunk, cancellation);

        return await writer.FinishAsync(clock, cancellation);
    }

    private static IReadOnlyList<string> PartKeys(ImportPlan plan) => [.. Enumerable.Range(0, plan.Chunks.Count).Select(plan.PartKey)];
}
