using Pipeline.Artifacts;
using Pipeline.Contracts;

namespace Pipeline.Learning.Tokens;

/// <summary>Opens a tokenizer that lies in the store.</summary>
public static class TokenizerFiles
{
    /// <exception cref="PipelineException">There is no such kind of tokenizer.</exception>
    public static async Task<ITokenizer> OpenAsync(IArtifactStore store, TokenizerReference tokenizer, CancellationToken cancellation = default)
    {
        if (tokenizer.Spec.Kind != "kmer")
        {
            throw new PipelineException($"tokenizer.kind is '{tokenizer.Spec.Kind}'; valid is kmer.");
        }

        var names = await File.ReadAllLinesAsync(await store.MaterializeAsync(tokenizer.Files["vocab.txt"], cancellation), cancellation);
        return new KmerTokenizer(string.Concat(names.Skip(SpecialTokens.Names.Count).Where(name => name.Length == 1)), tokenizer.Spec.K);
    }
}
