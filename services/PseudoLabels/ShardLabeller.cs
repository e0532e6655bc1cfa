using System.Diagnostics;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Pretext;

namespace Pipeline.PseudoLabels;

/// <summary>Makes the pseudo-labels of one sample shard for one pretext task, and the task's manifest when all shards have theirs.</summary>
public sealed class ShardLabeller(IArtifactStore store)
{
    /// <summary>Raised when the same samples would get other pseudo-labels.</summary>
    private const int Format = 1;

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

    /// <summary>Labels one shard, unless that is done already. Completes the task's manifest if this was the last.</summary>
    /// <returns>Whether the task has all its pseudo-labels.</returns>
    public async Task<bool> LabelAsync(ArtifactReference datasetReference, DatasetManifest dataset, Experiment experiment, string task, int shard, CancellationToken cancellation)
    {
        var root = Root(datasetReference, task, experiment.PseudoLabels);
        var key = PartKey(root, shard);
        if (await store.FindAsync(key, cancellation) is null)
        {
            var clock = Stopwatch.StartNew();
            var made = await LabelAsync(root, dataset.Shards[shard], shard, dataset.Input, PretextTasks.Named(task), experiment.PseudoLabels.Ambiguity, cancellation);
            await store.CreateManifestAsync(key, new Part(made, clock.Elapsed.TotalSeconds), cancellation);
        }

        if (await CountAsync(root, cancellation) < dataset.Shards.Count)
        {
            return false;
        }

        await CompleteAsync(root, datasetReference, dataset, task, experiment.PseudoLabels, cancellation);
        return true;
    }

    private async Task<PseudoLabelShard> LabelAsync(
        string root, SampleShard shard, int number, InputSpec input, IPretextTask task, double ambiguity, CancellationToken cancellation)
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
            ["sample_shard"] = shard.File.Key,
            ["sample_shard_digest"] = shard.File.Digest,
        };
        var put = await store.CreateAsync(
            $"{root}/{number:d5}.safetensors", (stream, token) => SafetensorsWriter.WriteAsync(stream, tensors, metadata, token), cancellation);
        return new PseudoLabelShard(put.Reference, shard.File.Key, shard.Split, samples.Count, ambiguous);
    }

    private async Task CompleteAsync(
        string root, ArtifactReference datasetReference, DatasetManifest dataset, string task, PseudoLabelSpec spec, CancellationToken cancellation)
    {
        var parts = new List<Part>();
        for (var shard = 0; shard < dataset.Shards.Count; shard++)
        {
            parts.Add(await store.ReadManifestAsync<Part>(PartKey(root, shard), cancellation));
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

        await store.CreateManifestAsync(ManifestKey(root), manifest, cancellation);
    }

    // One listing, where reading the parts themselves would cost a request for each of them after each of them.
    private async Task<int> CountAsync(string root, CancellationToken cancellation)
    {
        var count = 0;
        await foreach (var _ in store.ListAsync(PartsFolder(root), cancellation))
        {
            count++;
        }

        return count;
    }

    private static string ManifestKey(string root) => $"{root}/manifest.json";

    private static string PartsFolder(string root) => $"{root}/parts";

    private static string PartKey(string root, int shard) => $"{PartsFolder(root)}/{shard:d5}.json";
}
