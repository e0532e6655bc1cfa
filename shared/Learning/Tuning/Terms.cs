using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Artifacts.Safetensors;

namespace Pipeline.Learning.Tuning;

/// <summary>Terms of a fixed list, counted in sequences: the numbers that the baseline sees. Words are weighted by TF-IDF as scikit-learn
/// does it, with sublinear frequencies: (1 + ln tf) · (1 + ln((1 + n) / (1 + df))), k-mers by their frequency; of both each row is brought
/// to the same length. Letters at positions are 0 or 1. Fitted on the labelled samples of a draw alone, as they are all that a model
/// without pretraining has. Kept in the model's file.</summary>
public sealed class Terms
{
    /// <summary>Terms with the most samples come first; those beyond are left out.</summary>
    public const int Most = 20_000;

    /// <summary>Of a row. About that of an image's pixels in [0, 1], so that one grid of penalties suits both.</summary>
    public const double Length = 10;

    private readonly string _kind;
    private readonly string[] _names;
    private readonly double[] _weights;
    private readonly Dictionary<string, int> _columns;

    private Terms(string kind, string[] names, double[] weights)
    {
        (_kind, _names, _weights) = (kind, names, weights);
        _columns = names.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
    }

    public string Kind => _kind;

    public int Count => _names.Length;

    /// <param name="kind">One of <see cref="TermKinds"/>.</param>
    /// <param name="texts">What the list is taken from.</param>
    public static Terms Fit(string kind, IReadOnlyCollection<string> texts)
    {
        var frequencies = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var term in texts.SelectMany(text => TermKinds.Cut(kind, text).Distinct(StringComparer.Ordinal)))
            CollectionsMarshal.GetValueRefOrAddDefault(frequencies, term, out _)++;

        var kept = frequencies.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(Most).ToArray();
        return new Terms(
            kind, [.. kept.Select(entry => entry.Key)],
            [.. kept.Select(entry => TermKinds.Weighted(kind) ? 1 + Math.Log((1.0 + texts.Count) / (1 + entry.Value)) : 1)]);
    }

    public SparseRows Rows(IEnumerable<string> texts) => new(texts.Select(Row), Count);

    /// <summary>The same list again.</summary>
    /// <param name="prefix">Put before every name, such as <c>baseline.</c></param>
    public IEnumerable<SafetensorsTensor> Tensors(string prefix)
    {
        yield return Text(prefix + "kind", _kind);
        yield return Text(prefix + "terms", string.Join('\n', _names));
        yield return SafetensorsTensor.Of<double>(prefix + "weights", _weights, _weights.Length);
    }

    /// <exception cref="PipelineException">The list is damaged.</exception>
    public static Terms Load(SafetensorsFile file, string prefix)
    {
        var (names, weights) = (
            Encoding.UTF8.GetString(file.Read<byte>(prefix + "terms")), file.Read<double>(prefix + "weights").ToArray());
        var terms = weights.Length == 0 ? [] : names.Split('\n');
        return terms.Length == weights.Length
            ? new Terms(Encoding.UTF8.GetString(file.Read<byte>(prefix + "kind")), terms, weights)
            : throw new PipelineException($"'{file.Path}' has {terms.Length} terms and {weights.Length} weights for them.");
    }

    private (int, double)[] Row(string text)
    {
        var counts = new SortedDictionary<int, int>();
        foreach (var term in TermKinds.Cut(_kind, text))
        {
            if (_columns.TryGetValue(term, out var column))
                counts[column] = counts.GetValueOrDefault(column) + 1;
        }

        double Frequency(int count) => TermKinds.Weighted(_kind) ? 1 + Math.Log(count) : count;
        var row = counts.Select(entry => (Column: entry.Key, Value: Frequency(entry.Value) * _weights[entry.Key])).ToArray();
        var scale = _kind == TermKinds.Positions ? 1 : Length / Math.Sqrt(row.Sum(entry => entry.Value * entry.Value));
        return [.. row.Select(entry => (entry.Column, scale * entry.Value))];
    }

    private static SafetensorsTensor Text(string name, string text) =>
        Encoding.UTF8.GetBytes(text) is var bytes ? SafetensorsTensor.Of<byte>(name, bytes, bytes.Length) : null!;
}

/// <summary>What can be counted in a sequence.</summary>
public static class TermKinds
{
    /// <summary>Runs of letters and digits, in lower case.</summary>
    public const string Words = "words";

    /// <summary>Words, and pairs of neighbours.</summary>
    public const string Bigrams = "bigrams";

    /// <summary>Overlapping pieces of four bases.</summary>
    public const string FourMers = "4-mers";

    /// <summary>Overlapping pairs of residues.</summary>
    public const string TwoMers = "2-mers";

    /// <summary>Each letter at its position, of sequences that are all as long.</summary>
    public const string Positions = "positions";

    /// <summary>Runs of three to five characters within words, in lower case.</summary>
    public const string Characters = "characters";

    /// <summary>Overlapping pieces of six bases, each the same as its reverse complement.</summary>
    public const string SixMers = "6-mers";

    /// <summary>Whether rare terms weigh more.</summary>
    public static bool Weighted(string kind) => kind is Words or Bigrams or Characters;

    public static IEnumerable<string> Cut(string kind, string text) => kind switch
    {
        Words => Runs(text),
        Bigrams => Runs(text).ToArray() is var words ? [.. words, .. words.Zip(words.Skip(1), (first, second) => $"{first} {second}")] : [],
        Characters => Runs(text).SelectMany(word => Enumerable.Range(3, 3).SelectMany(length => Pieces($" {word} ", length))),
        SixMers => Pieces(text, 6).Select(Canonical),
        FourMers => Pieces(text, 4),
        TwoMers => Pieces(text, 2),
        Positions => text.Select((letter, position) => $"{position}{letter}"),
        _ => throw new PipelineException(
            $"'{kind}' cannot be counted; it must be {Words}, {Bigrams}, {Characters}, {FourMers}, {SixMers}, {TwoMers} or {Positions}."),
    };

    private static string Canonical(string piece)
    {
        var other = string.Create(piece.Length, piece, (letters, from) =>
        {
            for (var i = 0; i < letters.Length; i++)
                letters[i] = from[^(i + 1)] switch { 'A' => 'T', 'C' => 'G', 'G' => 'C', 'T' => 'A', var letter => letter };
        });
        return string.CompareOrdinal(piece, other) <= 0 ? piece : other;
    }

    private static IEnumerable<string> Pieces(string text, int length) =>
        Enumerable.Range(0, Math.Max(0, text.Length - length + 1)).Select(start => text.Substring(start, length));

    private static IEnumerable<string> Runs(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inside = i < text.Length && char.IsLetterOrDigit(text[i]);
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                yield return text[start..i].ToLowerInvariant();
                start = -1;
            }
        }
    }
}
