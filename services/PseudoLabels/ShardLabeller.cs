using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Tokens;

namespace Pipeline.PseudoLabels;

/// <summary>Makes the pseudo-labels of one sample shard for one pretext task, and the task's manifest when all shards have theirs. They lie
/// under the shard's own digest: a dataset version that shares shards with one before it shares their pseudo-labels. Shards of the test
/// split have none and are never opened.</summary>
public sealed class ShardLabeller(IArtifactStore store) : IDisposable
{
    /// <summary>Raised when the same samples would get other pseudo-labels.</summary>
    private const int Format = 3;

    private readonly FanIn _fanIn = new(store, TimeProvider.System);
    private readonly TokenizerMaker _tokenizers = new(store);

    /// <summary>What is recorded of one shard until its task is complete.</summary>
    [ArtifactKind(ArtifactKinds.PseudoLabelPart, Formerly = "Part")]
    private sealed record Part(PseudoLabelShard Shard, double Seconds, long Tokens = 0, long Truncated = 0);

    /// <summary>The shards that get pseudo-labels: those of the training and of the validation split.</summary>
    public static IReadOnlyList<SampleShard> Labelled(DatasetManifest dataset) =>
        [.. dataset.Shards.Where(shard => shard.Split != Split.Test)];

    /// <summary>Where the pseudo-labels of a task over a dataset version lie, whichever run asks.</summary>
    public static string Root(ArtifactReference dataset, string task, PseudoLabelSpec spec) =>
        $"pseudo-labels/{ContentKey.Of(ArtifactKinds.PseudoLabels, Format, new { dataset = dataset.Key, task, spec })}";

    /// <inheritdoc cref="Root(ArtifactReference, string, PseudoLabelSpec)"/>
    public static string Root(ArtifactReference dataset, string task, Experiment experiment)
    {
        if (!Modalities.IsSequence(experiment.Modality))
            return Root(dataset, task, experiment.PseudoLabels);

        var tokenizer = TokenizerMaker.MadeFrom(experiment.Tokenizer!);
        var madeFrom = new { dataset = dataset.Key, task, tokenizer, experiment.Masking, experiment.Pretraining.Seed };
        return $"pseudo-labels/{ContentKey.Of(ArtifactKinds.PseudoLabels, Format, madeFrom)}";
    }

    /// <summary>The experiment with each of its pretraining seeds alone, where the seed bears on pseudo-labels and there are several; else
    /// the experiment as it is.</summary>
    public static IReadOnlyList<(ulong? Seed, Experiment Experiment)> BySeed(Experiment experiment) =>
        Modalities.IsSequence(experiment.Modality) && experiment.Pretraining.Seeds is { } seeds
            ? [.. seeds.Select(seed => ((ulong?)seed, experiment with { Pretraining = experiment.Pretraining.Of(seed) }))]
            : [(null, experiment)];

    /// <summary>The manifests of the experiment's tasks; null as long as one is missing.</summary>
    public async Task<IReadOnlyList<ArtifactReference>?> FindAllAsync(
        ArtifactReference dataset, Experiment experiment, CancellationToken cancellation)
    {
        var found = new List<ArtifactReference>();
        foreach (var task in experiment.Pretext)
        {
            var key = ManifestKey(Root(dataset, task, experiment));
            if (await store.FindManifestAsync<PseudoLabelManifest>(key, cancellation) is not { } manifest)
                return null;

            found.Add(manifest.Reference);
        }

        return found;
    }

    /// <summary>What the stage says about a run whose pseudo-labels are all there; null as long as some are missing.</summary>
    public async Task<PseudoLabelsReady?> FindReadyAsync(
        RunReference run, Experiment experiment, ArtifactReference? preFlight, CancellationToken cancellation)
    {
        var found = new List<IReadOnlyList<ArtifactReference>>();
        foreach (var (_, seeded) in BySeed(experiment))
        {
            if (await FindAllAsync(run.Dataset, seeded, cancellation) is not { } labels)
                return null;

            found.Add(labels);
        }

        return new PseudoLabelsReady(run, found[0], experiment.Pretext, preFlight, found.Count > 1 ? found : null);
    }

    /// <summary>What is still to be done for a dataset version; tasks of which nothing is get their manifest.</summary>
    /// <returns>Places in <see cref="Labelled"/> of the shards that have no pseudo-labels yet, by task.</returns>
    /// <exception cref="PipelineException">No training sample is left for a task, or a given vocabulary cannot be used.</exception>
    public async Task<IReadOnlyList<(string Task, int Shard)>> MissingAsync(
        ArtifactReference datasetReference, DatasetManifest dataset, Experiment experiment, CancellationToken cancellation)
    {
        var missing = new List<(string Task, int Shard)>();
        foreach (var task in experiment.Pretext)
        {
            var root = Root(datasetReference, task, experiment);
            if (await LabellerAsync(dataset, experiment, task, cancellation) is not { } labeller)
            {
                await NothingToLabelAsync(root, datasetReference, dataset, experiment, task, cancellation);
                continue;
            }

            var folder = Folder(dataset, task, labeller);
            var shards = await _fanIn.ListAsync(root, Parts(folder), PartKeys(folder, dataset), cancellation);
            missing.AddRange(shards.Select(shard => (task, shard)));
            if (shards.Count == 0)
                await CompleteAsync(root, folder, datasetReference, dataset, task, labeller, cancellation);
        }

        return missing;
    }

    /// <summary>Labels one shard, unless that is done already. Completes the task's manifest if this was the last.</summary>
    /// <param name="shard">Its place in <see cref="Labelled"/>.</param>
    /// <returns>Whether the task has all its pseudo-labels.</returns>
    public async Task<bool> LabelAsync(
        ArtifactReference datasetReference, DatasetManifest dataset, Experiment experiment, string task, int shard,
        CancellationToken cancellation)
    {
        var labeller = await LabellerAsync(dataset, experiment, task, cancellation)
            ?? throw new PipelineException($"Pretext '{task}' has no pseudo-labels to make beforehand.");
        var folder = Folder(dataset, task, labeller);
        var samples = Labelled(dataset)[shard];
        var key = PartKey(folder, samples);
        if (await store.FindAsync(key, cancellation) is null)
            await store.CreateManifestAsync(key, await LabelAsync(folder, samples, task, labeller, cancellation), cancellation);

        var root = Root(datasetReference, task, experiment);
        var missing = await _fanIn.GlanceAsync(root, Parts(folder), shard, () => PartKeys(folder, dataset), cancellation);
        if (missing.Count > 0)
            return false;

        await CompleteAsync(root, folder, datasetReference, dataset, task, labeller, cancellation);
        return true;
    }

    public void Dispose() => _tokenizers.Dispose();

    private async Task<IPseudoLabeller?> LabellerAsync(
        DatasetManifest dataset, Experiment experiment, string task, CancellationToken cancellation)
    {
        (TokenizerReference, ITokenizer)? tokens = Modalities.IsSequence(dataset.Modality)
            ? await _tokenizers.MakeAsync(dataset, experiment.Tokenizer!, cancellation)
            : null;
        return PretextList.Named(task).Labeller(new LabellerSource(experiment, dataset.Input, tokens));
    }

    /// <summary>The manifest of a pretext whose targets come from the batch itself: all samples, and no shards.</summary>
    private async Task NothingToLabelAsync(
        string root, ArtifactReference datasetReference, DatasetManifest dataset, Experiment experiment, string task,
        CancellationToken cancellation) => await store.CreateManifestAsync(
            ManifestKey(root),
            new PseudoLabelManifest
            {
                Task = task,
                Classes = PretextList.Named(task).Choices(experiment),
                Dataset = datasetReference,
                Ambiguity = 0,
                Shards = [],
                Samples = Labelled(dataset).Sum(shard => (long)shard.Samples),
                Ambiguous = 0,
                Seconds = 0,
            },
            cancellation);

    private async Task<Part> LabelAsync(
        string folder, SampleShard shard, string task, IPseudoLabeller labeller, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var file = SafetensorsFile.Open(await store.MaterializeAsync(shard.File, cancellation));
        var labels = labeller.Label(file, shard.Samples, cancellation);
        var metadata = new Dictionary<string, string>
        {
            ["task"] = task,
            ["sample_shard_digest"] = shard.File.Digest,
        };
        var put = await store.CreateAsync(
            $"{folder}/files/{Name(shard)}.safetensors",
            (stream, token) => SafetensorsWriter.WriteAsync(stream, labels.Tensors, metadata, token),
            cancellation);
        var labelled = new PseudoLabelShard(put.Reference, shard.File.Key, shard.Split, labels.Samples, labels.Ambiguous);
        return new Part(labelled, clock.Elapsed.TotalSeconds, labels.Tokens, labels.Truncated);
    }

    private async Task CompleteAsync(
        string root, string folder, ArtifactReference datasetReference, DatasetManifest dataset, string task, IPseudoLabeller labeller,
        CancellationToken cancellation)
    {
        var parts = new List<Part>();
        foreach (var shard in Labelled(dataset))
        {
            var part = await store.ReadManifestAsync<Part>(PartKey(folder, shard), cancellation);
            parts.Add(part with { Shard = part.Shard with { SampleShard = shard.File.Key, Split = shard.Split } });
        }

        var manifest = labeller.Describe(new PseudoLabelManifest
        {
            Task = task,
            Classes = 0,
            Dataset = datasetReference,
            Ambiguity = 0,
            Shards = [.. parts.Select(part => part.Shard)],
            Tokens = parts.Sum(part => part.Tokens),
            Truncated = parts.Sum(part => part.Truncated),
            Samples = parts.Sum(part => (long)part.Shard.Samples),
            Ambiguous = parts.Sum(part => (long)part.Shard.Ambiguous),
            Seconds = parts.Sum(part => part.Seconds),
        });
        if (parts.Where(part => part.Shard.Split == Split.Train).Sum(part => part.Shard.Samples) == 0)
            throw labeller.NothingLeft(manifest);

        await store.CreateManifestAsync(ManifestKey(root), manifest, cancellation);
    }

    private static string ManifestKey(string root) => $"{root}/manifest.json";

    /// <summary>Where the pseudo-labels of all versions of a dataset lie.</summary>
    private static string Folder(DatasetManifest dataset, string task, IPseudoLabeller labeller)
    {
        var madeFrom = new { dataset = dataset.Dataset, dataset.Input, task, spec = labeller.MadeFrom };
        return $"pseudo-labels/{ContentKey.Of(ArtifactKinds.PseudoLabelPart, Format, madeFrom)}";
    }

    private static string Parts(string folder) => $"{folder}/parts";

    private static string PartKey(string folder, SampleShard shard) => $"{Parts(folder)}/{Name(shard)}.json";

    private static IReadOnlyList<string> PartKeys(string folder, DatasetManifest dataset) =>
        [.. Labelled(dataset).Select(shard => PartKey(folder, shard))];

    private static string Name(SampleShard shard) => shard.File.Digest[Digest.Prefix.Length..];
}
