using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Tokens;

namespace Pipeline.Evaluation;

/// <summary>Training samples as masked-token prediction sees them in its first epoch: from the token shards, not made anew.</summary>
public sealed class MaskedReader(IArtifactStore store)
{
    private const int Samples = 4;
    private const int MostTokens = 96;

    /// <returns>None where the experiment is about images.</returns>
    public async Task<IReadOnlyList<MaskedSample>> ReadAsync(IReadOnlyList<PseudoLabelManifest> pseudoLabels, CancellationToken cancellation)
    {
        var manifest = pseudoLabels.FirstOrDefault(manifest => manifest.Tokenizer is not null);
        if (manifest?.Shards.FirstOrDefault(shard => shard.Split == Split.Train && shard.Samples > 0) is not { } shard)
        {
            return [];
        }

        var tokenizer = await TokenizerStore.OpenAsync(store, manifest.Tokenizer!, cancellation);
        using var file = SafetensorsFile.Open(await store.MaterializeAsync(shard.File, cancellation));
        return [.. Enumerable.Range(0, Math.Min(Samples, shard.Samples)).Select(sample => Read(file, sample, tokenizer, Path.GetFileNameWithoutExtension(shard.SampleShard)))];
    }

    private static MaskedSample Read(SafetensorsFile file, int sample, ITokenizer tokenizer, string shard)
    {
        var starts = file.ReadRows<long>("start", sample, 2);
        var masks = file.ReadRows<long>("mask", sample, 2);
        var tokens = file.ReadRows<int>("token", starts[0], Math.Min(MostTokens, starts[1] - starts[0]));
        var shown = new MaskedToken[tokens.Length];
        for (var i = 0; i < shown.Length; i++)
        {
            shown[i] = new MaskedToken(tokenizer.NameOf(tokens[i]), null);
        }

        var positions = file.ReadRows<int>("position", masks[0], masks[1] - masks[0]);
        var inputs = file.ReadRows<int>("input", masks[0], masks[1] - masks[0]);
        var targets = file.ReadRows<int>("target", masks[0], masks[1] - masks[0]);
        for (var i = 0; i < positions.Length; i++)
        {
            if (positions[i] < shown.Length)
            {
                shown[positions[i]] = new MaskedToken(tokenizer.NameOf(inputs[i]), tokenizer.NameOf(targets[i]));
            }
        }

        var row = file.ReadRows<int>("sample", sample, 1)[0];
        return new MaskedSample($"{shard}, row {row}", shown, starts[1] - starts[0] > shown.Length);
    }
}
