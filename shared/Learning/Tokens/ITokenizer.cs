using Pipeline.Artifacts;

namespace Pipeline.Learning.Tokens;

/// <summary>Cuts a sample into tokens of a fixed vocabulary.</summary>
public interface ITokenizer
{
    /// <summary>Tokens there are, special ones included.</summary>
    int Count { get; }

    SpecialTokens Special { get; }

    /// <param name="text">A sample, normalised.</param>
    TokenSequence Encode(string text);

    /// <summary>A token as a person would read it.</summary>
    string NameOf(int token);
}

/// <summary>A sample's tokens, without those for start and end.</summary>
/// <param name="Ids">Shape [T].</param>
/// <param name="Starts">Where in the text each begins, in UTF-16 units.</param>
/// <param name="Continues">Whether a token goes on with the word of the one before it.</param>
public sealed record TokenSequence(int[] Ids, int[] Starts, bool[] Continues);

/// <summary>Tokenizers in the store.</summary>
public static class TokenizerStore
{
    /// <summary>Writes its files, create-only: whoever is first counts.</summary>
    /// <param name="folder">Key prefix they lie under.</param>
    /// <exception cref="PipelineException">Tokens lack that must be there, or one is there twice.</exception>
    public static async Task<TokenizerReference> WriteAsync(
        IArtifactStore store, string folder, TokenizerContent content, TokenizerSpec spec, CancellationToken cancellation = default)
    {
        var where = spec.Given is { } given ? Path.Combine(given, TokenizerContent.Needed(spec.Kind)[0]) : "the tokenizer";
        var tokenizer = content.Open(where);
        var files = new SortedDictionary<string, ArtifactReference>(StringComparer.Ordinal);
        foreach (var (name, bytes) in content.Files())
        {
            files[name] = (await store.CreateAsync(
                $"{folder}/{name}", (stream, token) => stream.WriteAsync(bytes, token).AsTask(), cancellation)).Reference;
        }

        return new TokenizerReference(files, spec, content.LowerCase, tokenizer.Count, tokenizer.Special);
    }

    /// <summary>Reads it as it was written.</summary>
    /// <exception cref="PipelineException">A file is damaged.</exception>
    public static async Task<ITokenizer> OpenAsync(
        IArtifactStore store, TokenizerReference reference, CancellationToken cancellation = default)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in TokenizerContent.Needed(reference.Spec.Kind))
            paths[name] = await store.MaterializeAsync(reference.Files[name], cancellation);

        return TokenizerContent.Read(reference.Spec.Kind, reference.LowerCase, name => paths[name])
            .Open(reference.Files[paths.Keys.First()].Key);
    }
}
