using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Pretext;

namespace Pipeline.PseudoLabels;

/// <summary>
/// Makes the pseudo-labels of one sample shard for one pretext task, and the task's manifest when all shards have theirs. They lie under the shard's own digest: a dataset version
/// that shares shards with one before it shares their pseudo-labels.
/// </summary>
public sealed class ShardLabeller(IArtifactStore store)
{
    /// <summary>Raised when the same samples would get other pseudo-labels.</summary>
    private const int Format = 2;

    private readonly FanIn fanIn = new(store, TimeProvider.System);

    /// <summary>What is recorded of one shard until its task is complete.</summary>
    private sealed record Part(PseudoLabelShard Shard, double Seconds);

    /// <summary>Where the pseudo-labels of a task over a dataset version lie, whichever run asks.</summary>
    public static string Root(ArtifactReference dataset, string task, PseudoLabelSpec spec) =>
        $"pseudo-labels/{ContentKey.Of(Stage.PseudoLabels, Format, new { dataset = dataset.Key, task, spec })}";

    /// <summary>The manifests of the experiment's tasks; null as long as one is missing.</summary>
    public async Task<IReadOnlyList<ArtifactReference>?> FindAllAsync(ArtifactReference dataset, Experiment experiment, CancellationToken cancellation)
    {
        var found = new List<ArtifactReference>();
        foreach (var task in experiment.Pretext)
        {
            if (await store.FindManifestAsync<PseudoLabelManifest>(ManifestKey(Root(dataset, task, experiment.PseudoLabels)), cancellation) is not { } manifest)
            {
                return null;
            }

            found.Add(manifest.Reference);
        }

        return found;
    }

    /// <summary>What is still to be done for a dataset version; tasks of which nothing is get their manifest.</summary>
    /// <returns>Numbers of the shards that have no pseudo-labels yet, by task.</returns>
    /// <exception cref="PipelineException">All samples are ambiguous for a task.</exception>
    public async Task<IReadOnlyList<(string Task, int Shard)>> MissingAsync(
        ArtifactReference datasetReference, DatasetManifest dataset, Experiment experiment, CancellationToken cancellation)
    {
        var missing = new List<(string Task, int Shard)>();
        foreach (var task in experiment.Pretext)
        {
            var shards = await fanIn.ListAsync(
                Root(datasetReference, task, experiment.PseudoLabels), PartsFolder(dataset, task, experiment.PseudoLabels), PartKeys(dataset, task, experiment.PseudoLabels), cancellation);
            missing.AddRange(shards.Select(shard => (task, shard)));
            if (shards.Count == 0)
            {
                await CompleteAsync(datasetReference, dataset, task, experiment.PseudoLabels, cancellation);
            }
        }

        return missing;
    }

    /// <summary>Labels one shard, unless that is done already. Completes the task's manifest if this was the last.</summary>
    /// <returns>Whether the task has all its pseudo-labels.</returns>
    public async Task<bool> LabelAsync(ArtifactReference datasetReference, DatasetManifest dataset, Experiment experiment, string task, int shard, CancellationToken cancellation)
    {
        var spec = experiment.PseudoLabels;
        var key = PartKey(dataset, task, spec, shard);
        if (await store.FindAsync(key, cancellation) is null)
        {
            var clock = Stopwatch.StartNew();
            var made = await LabelAsync(FileKey(dataset, task, spec, shard), dataset.Shards[shard], dataset.Input, PretextTasks.Named(task), spec.Ambiguity, cancellation);
            await store.CreateManifestAsync(key, new Part(made, clock.Elapsed.TotalSeconds), cancellation);
        }

        var missing = await fanIn.GlanceAsync(Root(datasetReference, task, spec), PartsFolder(dataset, task, spec), shard, () => PartKeys(dataset, task, spec), cancellation);
        if (missing.Count > 0)
        {
            return false;
        }

        await CompleteAsync(datasetReference, dataset, task, spec, cancellation);
        return true;
    }

    private async Task<PseudoLabelShard> LabelAsync(
        string key, SampleShard shard, InputSpec input, IPretextTask task, double ambiguity, CancellationToken cancellation)
    {
        using var file = SafetensorsFile.Open(await store.MaterializeAsync(shard.File, cancellation));
        var samples = new List<int>();
        var ambiguous = 0;
        for (var sample = 0; sample < shard.Samples; sample++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Ambiguity.Distance(task, file.ReadRows<byte>("pixels", sample, 1), input.Channels, input.Size) < ambiguity)
            {
                ambiguous++;
            }
            else
            {
                samples.Add(sample);
            }
        }

        var labels = task.Views.Count;
        SafetensorsTensor[] tensors =
        [
            SafetensorsTensor.Of<int>("sample", samples.SelectMany(sample => Enumerable.Repeat(sample, labels)).ToArray(), samples.Count * labels),
            SafetensorsTensor.Of<byte>("view", samples.SelectMany(_ => task.Views.Select(view => view.Code)).ToArray(), samples.Count * labels),
            SafetensorsTensor.Of<byte>("label", samples.SelectMany(_ => Enumerable.Range(0, labels).Select(label => (byte)label)).ToArray(), samples.Count * labels),
        ];
        var metadata = new Dictionary<string, string>
        {
            ["task"] = task.Name,
            ["sample_shard_digest"] = shard.File.Digest,
        };
        var put = await store.CreateAsync(
            key, (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, metadata, token), cancellation);
        return new PseudoLabelShard(put.Reference, shard.File.Key, shard.Split, samples.Count, ambiguous);
    }

    private async Task CompleteAsync(
        ArtifactReference datasetReference, DatasetManifest dataset, string task, PseudoLabelSpec spec, CancellationToken cancellation)
    {
        var parts = new List<Part>();
        foreach (var (shard, key) in PartKeys(dataset, task, spec).Index())
        {
            var part = await store.ReadManifestAsync<Part>(key, cancellation);
            parts.Add(part with { Shard = part.Shard with { SampleShard = dataset.Shards[shard].File.Key, Split = dataset.Shards[shard].Split } });
        }

        var manifest = new PseudoLabelManifest
        {
            Task = task,
            Classes = PretextTasks.Named(task).Views.Count,
            Dataset = datasetReference,
            Ambiguity = spec.Ambiguity,
            Shards = [.. parts.Select(part => part.Shard)],
            Samples = parts.Sum(part => (long)part.Shard.Samples),
            Ambiguous = parts.Sum(part => (long)part.Shard.Ambiguous),
            Seconds = parts.Sum(part => part.Seconds),
        };
        if (parts.Where(part => part.Shard.Split == Split.Train).Sum(part => part.Shard.Samples) == 0)
        {
            throw new PipelineException($"All {manifest.Ambiguous} samples are ambiguous for '{task}': two of its views are the same picture. Valid is another pretext task, or a pseudoLabels.ambiguity below {spec.Ambiguity}.");
        }

        await store.CreateManifestAsync(ManifestKey(Root(datasetReference, task, spec)), manifest, cancellation);
    }

    private static string ManifestKey(string root) => $"{root}/manifest.json";

    /// <summary>Where the pseudo-labels of all versions of a dataset lie.</summary>
    private static string Folder(DatasetManifest dataset, string task, PseudoLabelSpec spec) =>
        $"pseudo-labels/{ContentKey.Of(Stage.PseudoLabels, Format, new { dataset = dataset.Dataset, dataset.Input, task, spec })}";

    private static string PartsFolder(DatasetManifest dataset, string task, PseudoLabelSpec spec) => $"{Folder(dataset, task, spec)}/parts";

    private static string PartKey(DatasetManifest dataset, string task, PseudoLabelSpec spec, int shard) => PartKey(PartsFolder(dataset, task, spec), dataset.Shards[shard]);

    private static string PartKey(string folder, SampleShard shard) => $"{folder}/{Name(shard)}.json";

    private static IReadOnlyList<string> PartKeys(DatasetManifest dataset, string task, PseudoLabelSpec spec)
    {
        var folder = PartsFolder(dataset, task, spec);
        return [.. dataset.Shards.Select(shard => PartKey(folder, shard))];
    }

    private static string FileKey(DatasetManifest dataset, string task, PseudoLabelSpec spec, int shard) => $"{Folder(dataset, task, spec)}/files/{Name(dataset.Shards[shard])}.safetensors";

    private static string Name(SampleShard shard) => shard.File.Digest[Digest.Prefix.Length..];
}
