using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Places;
using Pipeline.Likeness;

namespace Pipeline.Ingestion.Planning;

/// <summary>Finds out what a folder holds, and plans its import unless the dataset version exists already.</summary>
public sealed class ImportPlanner(IArtifactStore store, LakeFolders folders, NewFilesOf newFilesOf, IOptions<IngestionOptions> options)
{
    private readonly IngestionOptions _options = options.Value;

    /// <param name="source">A folder of the lake, as <see cref="LakeFolders.Open"/> takes it.</param>
    /// <param name="progress">Takes how many files have been read.</param>
    /// <exception cref="PipelineException">The folder may not be read, does not exist, holds nothing to import, or contradicts
    /// itself.</exception>
    public async Task<PlannedImport> PlanAsync(
        Experiment experiment, string source, IProgress<long>? progress = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        CheckName(experiment.Data);
        CheckInput(experiment);
        var folder = folders.Open(source);
        var decoding = DecodingSpec.Of(experiment, _options);
        var limits = ChunkLimits.Of(_options, experiment.Input);
        var parts = await PartNames.ReadAsync(store, experiment.Data, decoding, cancellation);
        await using var newFiles = newFilesOf(folder, parts, limits);
        var known = new KnownFiles(store, source);
        using var listing = await LakeSources.ReadAsync(folder, known, _options, experiment, newFiles, progress, cancellation);
        var plan = PlanOf(experiment, decoding, source, listing);
        if (await FindAsync(plan, listing.Made, cancellation) is { } found)
            return found;

        var cut = await listing.CutAsync(store, plan, limits, parts, cancellation);
        // Parts are written while the next files are read, so that their seconds may exceed the clock's.
        var seconds = Math.Max(clock.Elapsed.TotalSeconds - listing.Made.Seconds, 0);
        await store.CreateManifestAsync(plan.Key, cut with { Seconds = seconds }, cancellation);
        return (await FindAsync(plan, listing.Made, cancellation))!;
    }

    /// <summary>The dataset version, or else the plan, where one of them exists.</summary>
    private async Task<PlannedImport?> FindAsync(ImportPlan plan, MadeParts made, CancellationToken cancellation)
    {
        if (await store.FindManifestAsync<DatasetManifest>(plan.DatasetKey, cancellation) is { } dataset)
            return new PlannedImport(dataset.Reference, null, made);

        return await store.FindManifestAsync<ImportPlan>(plan.Key, cancellation) is { } planned
            ? new PlannedImport(null, planned, made)
            : null;
    }

    private ImportPlan PlanOf(Experiment experiment, DecodingSpec decoding, string source, ISourceListing listing)
    {
        var likeness = new LikenessThresholds(_options.NearDuplicateDistance, _options.NearDuplicateCorrelation);
        var resemblance = decoding.Sequences is null ? 0 : _options.NearDuplicateResemblance;
        // What an experiment lets pass changes no sample.
        var split = experiment.Split with { AllowLeaks = false };
        // All that the content of the dataset version depends on.
        var key = ContentKey.Of(ArtifactKinds.Dataset, decoding.Format, new
        {
            listing.Fingerprint,
            listing.Layout,
            dataset = experiment.Data,
            decoding,
            split,
            experiment.Labels,
            experiment.Splits,
            likeness = decoding.Sequences is null ? (object)likeness : resemblance,
            _options.ShardBytes,
        });
        // The same files in another folder, or cut into other chunks, are another import of the same dataset version.
        var import = ContentKey.Of(
            ArtifactKinds.ImportPlan, decoding.Format, new { key, source, _options.ChunkItems, _options.ChunkBytes });
        return new ImportPlan
        {
            Root = $"{ImportPlan.Folder}/{import}",
            DatasetRoot = $"datasets/{experiment.Data}/{key}",
            Dataset = experiment.Data,
            Source = source,
            Decoding = decoding,
            Split = split,
            Likeness = likeness,
            Resemblance = resemblance,
            Labels = experiment.Labels,
            ShardBytes = _options.ShardBytes,
        };
    }

    private static void CheckInput(Experiment experiment)
    {
        if (!Modalities.All.Contains(experiment.Modality))
            throw new PipelineException($"'{experiment.Modality}' is no modality; it must be one of {string.Join(", ", Modalities.All)}.");

        if (Modalities.IsSequence(experiment.Modality) && experiment.Input.Window < 1)
        {
            throw new PipelineException(
                $"The experiment '{experiment.Name}' has an input window of {experiment.Input.Window}; for {experiment.Modality} it must "
                    + "be 1 or more.");
        }
    }

    private static void CheckName(string dataset)
    {
        if (!ArtifactKey.IsValid(dataset) || dataset.Contains('/', StringComparison.Ordinal))
        {
            throw new PipelineException(
                $"'{dataset}' cannot be the name of a dataset; it must be letters, digits, '.', '_' and '-', and must not start with '.'.");
        }
    }
}

/// <summary>Either the dataset version that exists already, or the plan of the import that will make it.</summary>
/// <param name="Dataset">The dataset's manifest.</param>
/// <param name="Made">Parts that were made meanwhile.</param>
public sealed record PlannedImport(ArtifactReference? Dataset, (ArtifactReference Reference, ImportPlan Content)? Plan, MadeParts Made);
