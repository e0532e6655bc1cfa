using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Images;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.NearDuplicates;
using Pipeline.Ingestion.Sources;

namespace Pipeline.Ingestion.Importing;

/// <summary>Finds out what a folder holds, and plans its import unless the dataset version is there already.</summary>
public sealed class ImportPlanner(IArtifactStore store, LakeFolders folders, IOptions<IngestionOptions> options)
{
    /// <summary>Raised when the same files would give other samples.</summary>
    private const int Format = 3;

    /// <param name="source">A folder of the lake, as <see cref="LakeFolders.Open"/> takes it.</param>
    /// <exception cref="PipelineException">The folder may not be read, is not there, holds nothing to import, or contradicts itself.</exception>
    public async Task<PlannedImport> PlanAsync(
        Experiment experiment, string source, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        var settings = options.Value;
        CheckName(experiment.Data);
        using var lake = await LakeSources.OpenAsync(folders.Open(source), new KnownFiles(store, source), settings, cancellation);
        var fingerprint = await lake.FingerprintAsync(progress, cancellation);
        // What an experiment lets pass changes no sample.
        var split = experiment.Split with { AllowLeaks = false };
        var likeness = new Likeness(settings.NearDuplicateDistance, settings.NearDuplicateCorrelation);
        var jpegDecoder = lake.HasFiles ? JpegDecoders.Choose(settings.TurboJpeg) : null;
        var key = ContentKey.Of(Stage.Ingestion, Format, new
        {
            fingerprint,
            lake.Layout,
            dataset = experiment.Data,
            experiment.Input,
            split,
            likeness,
            settings.MaxPixels,
            settings.MaxSideRatio,
            settings.MaxImageRatio,
            jpegDecoder,
            settings.MaxFileBytes,
            settings.ShardBytes,
        });
        var datasetRoot = $"datasets/{experiment.Data}/{key}";
        // The same files in another folder, or cut into other chunks, are another import of the same dataset version.
        var root = $"{ImportPlan.Folder}/{ContentKey.Of(Stage.Ingestion, Format, new { key, source, settings.ChunkItems, settings.ChunkBytes })}";
        if (await store.FindManifestAsync<DatasetManifest>($"{datasetRoot}/manifest.json", cancellation) is { } dataset)
        {
            return new PlannedImport(dataset.Reference, null);
        }

        if (await store.FindManifestAsync<ImportPlan>(ImportPlan.KeyOf(root), cancellation) is { } planned)
        {
            return new PlannedImport(null, planned);
        }

        var imageBytes = (long)experiment.Input.Channels * experiment.Input.Size * experiment.Input.Size;
        var parts = await PartNames.ReadAsync(store, experiment.Data, new { format = Format, experiment.Input, settings.MaxPixels, settings.MaxSideRatio, settings.MaxImageRatio, settings.MaxFileBytes, jpegDecoder }, cancellation);
        var cut = await lake.PlanAsync(store, root, new ChunkLimits(settings.ChunkItems, settings.ChunkBytes, imageBytes), parts, cancellation);
        var plan = new ImportPlan
        {
            Root = root,
            DatasetRoot = datasetRoot,
            Dataset = experiment.Data,
            Source = source,
            Input = experiment.Input,
            Split = split,
            Likeness = likeness,
            Classes = cut.Classes,
            Supplied = cut.Supplied,
            Chunks = cut.Chunks,
            Items = cut.Chunks.Sum(chunk => (long)chunk.Items),
            Rejections = cut.Rejections,
            MaxPixels = settings.MaxPixels,
            MaxSideRatio = settings.MaxSideRatio,
            MaxImageRatio = settings.MaxImageRatio,
            JpegDecoder = jpegDecoder,
            MaxFileBytes = settings.MaxFileBytes,
            ShardBytes = settings.ShardBytes,
            Seconds = clock.Elapsed.TotalSeconds,
        };
        await store.CreateManifestAsync(plan.Key, plan, cancellation);
        return new PlannedImport(null, await store.FindManifestAsync<ImportPlan>(plan.Key, cancellation));
    }

    private static void CheckName(string dataset)
    {
        if (!ArtifactKey.IsValid(dataset) || dataset.Contains('/', StringComparison.Ordinal))
        {
            throw new PipelineException($"'{dataset}' cannot be the name of a dataset; valid are letters, digits, '.', '_' and '-', not starting with '.'.");
        }
    }
}

/// <summary>Either the dataset version that is there already, or the plan of the import that will make it.</summary>
/// <param name="Dataset">The dataset's manifest.</param>
public sealed record PlannedImport(ArtifactReference? Dataset, (ArtifactReference Reference, ImportPlan Content)? Plan);
