using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Places;
using Pipeline.Likeness;

namespace Pipeline.Ingestion.Planning;

/// <summary>Finds out what a folder holds, and plans its import unless the dataset version is there already.</summary>
public sealed class ImportPlanner(IArtifactStore store, LakeFolders folders, NewFilesOf newFilesOf, IOptions<IngestionOptions> options)
{
    /// <param name="source">A folder of the lake, as <see cref="LakeFolders.Open"/> takes it.</param>
    /// <exception cref="PipelineException">The folder may not be read, is not there, holds nothing to import, or contradicts
    /// itself.</exception>
    public async Task<PlannedImport> PlanAsync(
        Experiment experiment, string source, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        CheckName(experiment.Data);
        CheckInput(experiment);
        var folder = folders.Open(source);
        var lake = await LakeSources.OpenAsync(folder, new KnownFiles(store, source), options.Value, experiment, cancellation);
        var decoding = DecodingSpec.Of(experiment, options.Value);
        var limits = ChunkLimits.Of(options.Value, experiment.Input);
        var parts = await PartNames.ReadAsync(store, experiment.Data, decoding, cancellation);
        await using var newFiles = newFilesOf(folder, parts, limits);
        using var listing = await lake.ReadAsync(newFiles, progress, cancellation);

        var key = DatasetKey(experiment, decoding, listing);
        var plan = PlanOf(experiment, decoding, source, key);
        if (await FindAsync(plan, listing.Made, cancellation) is { } found)
            return found;

        var cut = await listing.CutAsync(store, plan.Root, limits, parts, cancellation);
        // Parts are written while the next files are read, so that their seconds may exceed the clock's.
        var seconds = Math.Max(clock.Elapsed.TotalSeconds - listing.Made.Seconds, 0);
        await store.CreateManifestAsync(plan.Key, plan.With(cut, seconds), cancellation);
        return (await FindAsync(plan, listing.Made, cancellation))!;
    }

    /// <summary>The dataset version, or else the plan, where one of them is there.</summary>
    private async Task<PlannedImport?> FindAsync(ImportPlan plan, MadeParts made, CancellationToken cancellation)
    {
        if (await store.FindManifestAsync<DatasetManifest>(plan.DatasetKey, cancellation) is { } dataset)
            return new PlannedImport(dataset.Reference, null, made);

        return await store.FindManifestAsync<ImportPlan>(plan.Key, cancellation) is { } planned
            ? new PlannedImport(null, planned, made)
            : null;
    }

    /// <summary>Names the dataset version by all that its content depends on.</summary>
    private string DatasetKey(Experiment experiment, DecodingSpec decoding, ISourceListing listing) =>
        ContentKey.Of(ArtifactKinds.Dataset, decoding.Format, new
        {
            listing.Fingerprint,
            listing.Layout,
            dataset = experiment.Data,
            decoding,
            split = SplitOf(experiment),
            experiment.Labels,
            experiment.Splits,
            likeness = decoding.Sequences is null ? (object)Likeness : options.Value.NearDuplicateResemblance,
            options.Value.ShardBytes,
        });

    private ImportPlan PlanOf(Experiment experiment, DecodingSpec decoding, string source, string key) => new()
    {
        // The same files in another folder, or cut into other chunks, are another import of the same dataset version.
        Root = ImportPlan.RootOf(
            ContentKey.Of(ArtifactKinds.ImportPlan, decoding.Format,
                new { key, source, options.Value.ChunkItems, options.Value.ChunkBytes })),
        DatasetRoot = $"datasets/{experiment.Data}/{key}",
        Dataset = experiment.Data,
        Source = source,
        Decoding = decoding,
        Split = SplitOf(experiment),
        Likeness = Likeness,
        Resemblance = decoding.Sequences is null ? 0 : options.Value.NearDuplicateResemblance,
        Labels = experiment.Labels,
        ShardBytes = options.Value.ShardBytes,
    };

    private LikenessThresholds Likeness => new(options.Value.NearDuplicateDistance, options.Value.NearDuplicateCorrelation);

    /// <summary>What an experiment lets pass changes no sample.</summary>
    private static SplitSpec SplitOf(Experiment experiment) => experiment.Split with { AllowLeaks = false };

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

/// <summary>Either the dataset version that is there already, or the plan of the import that will make it.</summary>
/// <param name="Dataset">The dataset's manifest.</param>
/// <param name="Made">Parts that were made meanwhile.</param>
public sealed record PlannedImport(ArtifactReference? Dataset, (ArtifactReference Reference, ImportPlan Content)? Plan, MadeParts Made);
