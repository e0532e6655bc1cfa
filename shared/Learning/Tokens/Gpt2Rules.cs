using System.Text;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Learning.Tokens;

/// <summary>Words as GPT-2 has them (Radford et al. 2019), of text in lower case if asked. Nothing is lost: the words put together are the text.</summary>
internal sealed class Gpt2Rules(bool lowerCase) : IWordRules
{
    public PreTokenizer PreTokenizer { get; } = new Gpt2PreTokenizer();

    public NormalizedText Normalize(string text)
    {
        var normalized = new NormalizedText();
        var place = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (lowerCase && rune.Value == 0x130)
            {
                // The one character whose lower case is two.
                normalized.Append(new Rune('i'), place);
                normalized.Append(new Rune(0x307), place);
            }
            else
            {
                normalized.Append(lowerCase ? Rune.ToLowerInvariant(rune) : rune, place);
            }

            place += rune.Utf16SequenceLength;
        }

        return normalized;
    }
}
