using Microsoft.ML.Tokenizers;

namespace Pipeline.Learning.Tokens;

/// <summary>How text is cut into words before they are cut into tokens: the same for learning a vocabulary and for encoding by it.</summary>
internal interface IWordRules
{
    NormalizedText Normalize(string text);

    /// <summary>Where the words of normalised text lie.</summary>
    PreTokenizer PreTokenizer { get; }
}
