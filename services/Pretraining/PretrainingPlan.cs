using Pipeline.Artifacts;
using Pipeline.Learning.Encoders;

namespace Pipeline.Pretraining;

/// <summary>What a run's pretraining is made of, and where its outputs lie. Runs that share all of it share the encoder.</summary>
public sealed record PretrainingPlan(
    Experiment Experiment, DatasetManifest Dataset, IReadOnlyList<PseudoLabelManifest> PseudoLabels, string Root)
{
    /// <summary>Raised when the same inputs would train another encoder.</summary>
    private const int Format = 2;

    public string ManifestKey => $"{Root}/manifest.json";

    /// <summary>The weights. Of layout <c>bert</c> under the name that transformers looks for.</summary>
    public string EncoderKey =>
        $"{Root}/{(Experiment.Encoder.Transformer?.Layout == TransformerNames.Bert ? "model" : "encoder")}.safetensors";

    public string CheckpointPrefix => $"{Root}/checkpoints";

    /// <summary>The pseudo-labels where they are masked tokens; null for images.</summary>
    public PseudoLabelManifest? MaskedTokens => PseudoLabels is [{ Tokenizer: not null } labels] ? labels : null;

    /// <summary>Optimizer steps of the whole run; null where only the samples tell, as no task has a label for each of them.</summary>
    public long? Steps
    {
        get
        {
            var samples = Dataset.Shards.Where(shard => shard.Split == Split.Train).Sum(shard => (long)shard.Samples);
            long[] labelled =
                [.. PseudoLabels.Select(labels => labels.Shards.Count == 0
                    ? samples
                    : labels.Shards.Where(shard => shard.Split == Split.Train).Sum(shard => (long)shard.Samples))];
            if (labelled.Max() is var most && (most == 0 || (labelled.Length > 1 && most < samples)))
                return null;

            return Experiment.Pretraining.Steps(most);
        }
    }

    /// <param name="seed">Of the experiment's pretraining seeds the one whose encoder is trained, as if it were the only one; null: the
    /// first.</param>
    /// <exception cref="PipelineException">Tasks on images and on tokens are mixed, or there is more than one on tokens.</exception>
    public static async Task<PretrainingPlan> ReadAsync(
        IArtifactStore store, RunReference run, IReadOnlyList<ArtifactReference> pseudoLabels, ulong? seed, CancellationToken cancellation)
    {
        var experiment = await store.ReadManifestAsync<Experiment>(run.Experiment, cancellation);
        experiment = experiment with { Pretraining = experiment.Pretraining.Of(seed) };
        var dataset = await store.ReadManifestAsync<DatasetManifest>(run.Dataset, cancellation);
        var manifests = new List<PseudoLabelManifest>();
        foreach (var reference in pseudoLabels)
            manifests.Add(await store.ReadManifestAsync<PseudoLabelManifest>(reference, cancellation));

        // The tasks that there are labels of: where the experiment left the choice to the pre-flight, it does not name them.
        var pretext = manifests.Select(manifest => manifest.Task);
        var tokens = manifests.FirstOrDefault(manifest => manifest.Tokenizer is not null);
        if (manifests.Count > 1 && tokens is not null)
            throw new PipelineException($"Pretext tasks are {string.Join(", ", pretext)}; on tokens there must be one task alone.");

        // Not the manifests' own digests: they tell of compute seconds, which differ where the labels do not.
        var labels = manifests.SelectMany(manifest => manifest.Shards).Where(shard => shard.Split != Split.Test)
            .Select(shard => shard.File.Digest);
        var samples = dataset.Shards.Where(shard => shard.Split != Split.Test).Select(shard => shard.File.Digest);
        var key = ContentKey.Of(ArtifactKinds.Pretraining, Format, new
        {
            samples,
            labels,
            experiment.Input,
            experiment.Encoder,
            pretext,
            experiment.Pretraining,
            tokenizer = tokens?.Tokenizer is { } tokenizer ? TokenizerKey(tokenizer) : null,
            tokens?.Masking,
        });
        return new PretrainingPlan(experiment, dataset, manifests, $"pretraining/{key}");
    }

    // What it holds, not where it lies.
    private static object TokenizerKey(TokenizerReference tokenizer) => new
    {
        files = tokenizer.Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => new { file.Key, file.Value.Digest }),
        tokenizer.Spec,
        tokenizer.LowerCase,
        tokenizer.Vocabulary,
        tokenizer.Special,
    };
}
