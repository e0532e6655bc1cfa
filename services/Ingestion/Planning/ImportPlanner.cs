using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Images;
using Pipeline.Ingestion.Decoding;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Ingestion.Rejecting;
using Pipeline.Lake.Places;
using Pipeline.Likeness;
using Pipeline.Sequences.Documents;

namespace Pipeline.Ingestion.Planning;

/// <summary>Finds out what a folder holds, and plans its import unless the dataset version is there already.</summary>
public sealed class ImportPlanner(IArtifactStore store, LakeFolders folders, Quarantine quarantine, IOptions<IngestionOptions> options)
{
    /// <summary>Raised when the same files would give other samples.</summary>
    private const int Format = 5;

    /// <summary>The same, of sequences.</summary>
    private const int SequenceFormat = 5;

    /// <param name="source">A folder of the lake, as <see cref="LakeFolders.Open"/> takes it.</param>
    /// <exception cref="PipelineException">The folder may not be read, is not there, holds nothing to import, or contradicts itself.</exception>
    public async Task<PlannedImport> PlanAsync(
        Experiment experiment, string source, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        var settings = options.Value;
        CheckName(experiment.Data);
        CheckInput(experiment);
        var folder = folders.Open(source);
        using var lake = await LakeSources.OpenAsync(folder, new KnownFiles(store, source), settings, experiment, cancellation);
        // What an experiment lets pass changes no sample.
        var split = experiment.Split with { AllowLeaks = false };
        var likeness = new LikenessThresholds(settings.NearDuplicateDistance, settings.NearDuplicateCorrelation);
        var rules = Modalities.IsSequence(experiment.Modality) ? SequenceRules.Of(settings, settings.MaxSequenceLength, experiment.Labels) : null;
        object decoding = rules is not null
            ? new { format = SequenceFormat, experiment.Modality, experiment.Input, settings.MaxFileBytes, rules }
            : new { format = Format, experiment.Input, settings.MaxPixels, settings.MaxSideRatio, settings.MaxImageRatio, settings.MaxFileBytes };
        var parts = await PartNames.ReadAsync(store, experiment.Data, decoding, cancellation);
        var limits = new ChunkLimits(settings.ChunkItems, settings.ChunkBytes, (long)experiment.Input.Channels * experiment.Input.Size * experiment.Input.Size);
        await using var eager = rules is not null || !lake.HasFiles || settings.EagerFiles == 0 ? null : new EagerImport(
            store, quarantine, experiment.Data, experiment.Input, folder.NameOf, parts, limits, () => new ImageDecoder(experiment.Input, new ImageLimits(settings.MaxPixels, settings.MaxSideRatio, settings.MaxImageRatio)), settings);
        var fingerprint = await lake.FingerprintAsync(eager, progress, cancellation);
        var key = rules is not null ? SequenceKey(experiment, settings, rules, fingerprint, lake.Layout) : ContentKey.Of(Stage.Ingestion, Format, new
        {
            fingerprint,
            lake.Layout,
            dataset = experiment.Data,
            experiment.Input,
            split,
            experiment.Labels,
            experiment.Splits,
            likeness,
            settings.MaxPixels,
            settings.MaxSideRatio,
            settings.MaxImageRatio,
            settings.MaxFileBytes,
            settings.ShardBytes,
        });
        var datasetRoot = $"datasets/{experiment.Data}/{key}";
        // The same files in another folder, or cut into other chunks, are another import of the same dataset version.
        var root = $"{ImportPlan.Folder}/{ContentKey.Of(Stage.Ingestion, Format, new { key, source, settings.ChunkItems, settings.ChunkBytes })}";
        if (await store.FindManifestAsync<DatasetManifest>($"{datasetRoot}/manifest.json", cancellation) is { } dataset)
        {
            return Planned(dataset.Reference, null);
        }

        if (await store.FindManifestAsync<ImportPlan>(ImportPlan.KeyOf(root), cancellation) is { } planned)
        {
            return Planned(null, planned);
        }

        var cut = await lake.PlanAsync(store, root, limits, parts, cancellation);
        var plan = new ImportPlan
        {
            Root = root,
            DatasetRoot = datasetRoot,
            Dataset = experiment.Data,
            Source = source,
            Modality = experiment.Modality,
            Input = experiment.Input,
            Split = split,
            Likeness = likeness,
            Classes = cut.Classes,
            Labels = experiment.Labels,
            Supplied = cut.Supplied,
            Chunks = cut.Chunks,
            Items = cut.Chunks.Sum(chunk => (long)chunk.Items),
            Rejections = cut.Rejections,
            Findings = cut.Findings,
            MaxPixels = settings.MaxPixels,
            MaxSideRatio = settings.MaxSideRatio,
            MaxImageRatio = settings.MaxImageRatio,
            MaxFileBytes = settings.MaxFileBytes,
            ShardBytes = settings.ShardBytes,
            Sequences = rules,
            Resemblance = rules is null ? 0 : settings.NearDuplicateResemblance,
            // A part is written beside what is read next, so that theirs may be more than the clock's.
            Seconds = Math.Max(clock.Elapsed.TotalSeconds - (eager?.Seconds ?? 0), 0),
        };
        await store.CreateManifestAsync(plan.Key, plan, cancellation);
        return Planned(null, await store.FindManifestAsync<ImportPlan>(plan.Key, cancellation));

        PlannedImport Planned(ArtifactReference? dataset, (ArtifactReference, ImportPlan)? plan) => new(dataset, plan, eager?.Parts ?? 0, eager?.Items ?? 0);
    }

    private static string SequenceKey(Experiment experiment, IngestionOptions settings, SequenceRules rules, string fingerprint, string layout) => ContentKey.Of(Stage.Ingestion, SequenceFormat, new
    {
        fingerprint,
        layout,
        dataset = experiment.Data,
        experiment.Modality,
        experiment.Input,
        split = experiment.Split with { AllowLeaks = false },
        experiment.Splits,
        resemblance = settings.NearDuplicateResemblance,
        settings.MaxFileBytes,
        settings.ShardBytes,
        rules,
    });

    private static void CheckInput(Experiment experiment)
    {
        if (!Modalities.All.Contains(experiment.Modality))
        {
            throw new PipelineException($"'{experiment.Modality}' is no modality; valid are {string.Join(", ", Modalities.All)}.");
        }

        if (Modalities.IsSequence(experiment.Modality) && experiment.Input.Window < 1)
        {
            throw new PipelineException($"The experiment '{experiment.Name}' has an input window of {experiment.Input.Window}; valid for {experiment.Modality} is 1 or more.");
        }
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
/// <param name="EagerParts">Parts that were made meanwhile.</param>
/// <param name="EagerItems">What they were made of.</param>
public sealed record PlannedImport(ArtifactReference? Dataset, (ArtifactReference Reference, ImportPlan Content)? Plan, int EagerParts = 0, int EagerItems = 0);
