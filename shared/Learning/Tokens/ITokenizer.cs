using Pipeline.Contracts;

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
