using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Artifacts;
using Pipeline.Learning.Encoders;

namespace Pipeline.Pretraining;

/// <summary>What lies beside weights of layout <c>bert</c>, so that their folder opens with <c>BertModel.from_pretrained</c> and, where
/// transformers knows the tokenizer, <c>AutoTokenizer.from_pretrained</c>: <c>config.json</c>, <c>tokenizer_config.json</c> and the
/// tokenizer's files.</summary>
public static class HuggingFaceFolder
{
    private const string TokenizerConfig = "tokenizer_config.json";

    /// <returns><c>config.json</c>; null, and nothing written, for other layouts.</returns>
    public static async Task<ArtifactReference?> WriteAsync(IArtifactStore store, PretrainingPlan plan, CancellationToken cancellation)
    {
        if (plan.MaskedTokens?.Tokenizer is not { } tokenizer || BertConfig.Of(plan.Experiment.Encoder, tokenizer) is not { } config)
            return null;

        foreach (var (name, file) in tokenizer.Files)
        {
            await using var content = await store.OpenReadAsync(file.Key, cancellation);
            await store.CreateAsync($"{plan.Root}/{name}", (stream, token) => content.CopyToAsync(stream, token), cancellation);
        }

        // Of pieces of k letters transformers has no tokenizer.
        if (tokenizer.Spec.Kind != TokenizerKinds.Kmer && !tokenizer.Files.ContainsKey(TokenizerConfig))
            await WriteAsync(store, $"{plan.Root}/{TokenizerConfig}", BertConfig.Tokenizer(tokenizer), cancellation);

        return await WriteAsync(store, $"{plan.Root}/config.json", config, cancellation);
    }

    private static async Task<ArtifactReference> WriteAsync(
        IArtifactStore store, string key, JsonObject content, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(content.ToJsonString(PipelineJson.Options));
        return (await store.CreateAsync(key, (stream, token) => stream.WriteAsync(bytes, token).AsTask(), cancellation)).Reference;
    }
}
