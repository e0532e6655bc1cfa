using System.Text;

namespace Pipeline.Learning.Tokens;

/// <summary>A sample cut into words, before any vocabulary is asked. Its text can differ from the sample's: lower case, without accents.</summary>
internal sealed class PreTokens
{
    private readonly StringBuilder text = new();
    private readonly List<int> origins = [];
    private readonly List<Range> words = [];

    private string? frozen;

    /// <summary>The words, within <see cref="Text"/>.</summary>
    public IReadOnlyList<Range> Words => words;

    public string Text => frozen ??= text.ToString();

    /// <summary>Where in the sample a character of <see cref="Text"/> comes from, in UTF-16 units.</summary>
    public int Origin(int place) => origins[place];

    internal int Length => text.Length;

    internal void Append(Rune rune, int from)
    {
        if (rune.IsBmp)
        {
            text.Append((char)rune.Value);
            origins.Add(from);
            return;
        }

        Span<char> halves = stackalloc char[2];
        rune.EncodeToUtf16(halves);
        text.Append(halves);
        origins.Add(from);
        origins.Add(from);
    }

    internal void Word(int start, int end)
    {
        if (end > start)
        {
            words.Add(start..end);
        }
    }
}

/// <summary>How text is cut into words before they are cut into tokens.</summary>
internal interface IPreTokenizer
{
    PreTokens Cut(string text);
}
