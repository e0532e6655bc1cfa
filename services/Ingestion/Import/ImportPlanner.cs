using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Import;

/// <summary>Looks at a folder, names the dataset version that it will become, and cuts the work into chunks.</summary>
public sealed class ImportPlanner(IArtifactStore store, IOptions<IngestionOptions> options)
{
    /// <summary>Raised when the same files would become another dataset version.</summary>
    private const int Format = 1;

    /// <returns>The dataset's manifest if this very content was imported before; else the plan.</returns>
    /// <exception cref="PipelineException">The folder cannot be read as images.</exception>
    public async Task<(ArtifactReference? Dataset, ArtifactReference? Plan)> PlanAsync(Experiment experiment, string folder, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var source = LakeSources.Open(folder);
        var key = ContentKey.Of(Stage.Ingestion, Format, new
        {
            fingerprint = await source.FingerprintAsync(cancellation),
            experiment.Data,
            experiment.Input,
            experiment.Split,
            options.Value.ShardBytes,
            options.Value.MaxPixels,
            options.Value.MaxFileBytes,
        });
        var dataset = $"datasets/{experiment.Data}/{key}";
        if (await store.FindManifestAsync<DatasetManifest>($"{dataset}/manifest.json", cancellation) is { } committed)
        {
            return (committed.Reference, null);
        }

        var root = $"imports/{key}";
        if (await store.FindManifestAsync<ImportPlan>(PlanKey(root), cancellation) is { } planned && planned.Content.Source == Path.GetFullPath(folder))
        {
            return (null, planned.Reference);
        }

        return (null, await WriteAsync(new ImportPlan(root, dataset, experiment.Data, Path.GetFullPath(folder), experiment.Input, experiment.Split, 0, [], 0), source, clock, cancellation));
    }

    private async Task<ArtifactReference> WriteAsync(ImportPlan plan, ILakeSource source, Stopwatch clock, CancellationToken cancellation)
    {
        // A folder that moved in the meantime: the same content, so the same chunks, found at another place.
        await store.DeleteAsync(PlanKey(plan.Root), cancellation);
        var chunks = 0;
        foreach (var chunk in source.Chunks(options.Value.ImagesPerChunk))
        {
            if (chunk.Idx is { } idx && await store.FindAsync(plan.UnpackedKey(idx.Images), cancellation) is null)
            {
                await store.CreateAsync(plan.UnpackedKey(idx.Images), async (target, token) =>
                {
                    await using var unpacked = IdxSource.OpenUnpacked(Path.Combine(plan.Source, idx.Images));
                    await unpacked.CopyToAsync(target, token);
                }, cancellation);
            }

            await store.CreateManifestAsync(plan.ChunkKey(chunks++), chunk, cancellation);
        }

        plan = plan with { Chunks = chunks, Rejections = source.Rejections, Seconds = clock.Elapsed.TotalSeconds };
        return (await store.CreateManifestAsync(PlanKey(plan.Root), plan, cancellation)).Reference;
    }

    private static string PlanKey(string root) => $"{root}/plan.json";
}
