using System.Text;

namespace Pipeline.Learning.Tokens;

/// <summary>A sample as it is cut: in lower case, without accents or with words apart if the rules say so. Knows where in the sample each character comes from.</summary>
internal sealed class NormalizedText
{
    private readonly StringBuilder text = new();
    private readonly List<int> origins = [];

    private string? frozen;

    public string Text => frozen ??= text.ToString();

    /// <summary>Where in the sample a character of <see cref="Text"/> comes from; both in UTF-16 units.</summary>
    public int Origin(int place) => origins[place];

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

    /// <summary>Appends a space, unless there is one or nothing before it.</summary>
    internal void Part(int from)
    {
        if (text.Length > 0 && text[^1] != ' ')
        {
            text.Append(' ');
            origins.Add(from);
        }
    }
}
