using System.Text;

namespace Pipeline.Sequences.Normalizing;

/// <summary>Brings one document to the form that it is compared, digested and trained in, piece by piece. Used once.</summary>
internal interface ISequenceNormalizer
{
    /// <param name="utf8">Valid.</param>
    /// <param name="line">In its file, for errors.</param>
    /// <exception cref="SequenceRejectedException">It is too long, or has a letter that is none.</exception>
    void Append(ReadOnlySpan<byte> utf8, int line);

    /// <exception cref="SequenceRejectedException">What came cannot be used.</exception>
    string Finish();

    string Normalize(ReadOnlySpan<byte> utf8, int line)
    {
        Append(utf8, line);
        return Finish();
    }
}

/// <summary>Text in Unicode's normalisation form C, without control characters and byte order marks. White space in a row becomes a line
/// feed where it has a line's end, else a space; at the start and the end it is left out.</summary>
/// <param name="lowerCase">By Unicode's simple mapping, of no language.</param>
/// <param name="most">UTF-16 units.</param>
internal sealed class TextNormalizer(bool lowerCase, int most) : ISequenceNormalizer
{
    private readonly StringBuilder _text = new();
    private char _space;

    public void Append(ReadOnlySpan<byte> utf8, int line)
    {
        foreach (var letter in Encoding.UTF8.GetString(utf8))
        {
            if (letter is '\n' or '\r' or '\v' or '\f' or '\u0085' or '\u2028' or '\u2029')
                _space = '\n';
            else if (char.IsWhiteSpace(letter))
                _space = _space == '\n' ? '\n' : ' ';
            else if (!char.IsControl(letter) && letter != '\uFEFF')
                Add(letter);
        }

        if (_text.Length > most)
            throw new SequenceRejectedException(RejectionReason.SequenceTooLong, $"more than {most} characters by line {line}");
    }

    public string Finish() => CanonicalComposition.Of(lowerCase ? _text.ToString().ToLowerInvariant() : _text.ToString());

    private void Add(char letter)
    {
        if (_space != 0 && _text.Length > 0)
            _text.Append(_space);

        _space = '\0';
        _text.Append(letter);
    }
}
