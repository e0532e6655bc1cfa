using System.Text;
using Pipeline.Contracts;

namespace Pipeline.Learning.Tokens.Training;

/// <summary>Learns byte pair encoding: all 256 bytes, then the most frequent pairs of neighbours within words joined until the vocabulary is full. A function of the corpus alone.</summary>
internal static class ByteBpeTrainer
{
    /// <param name="size">Tokens wanted, special ones included.</param>
    /// <returns>Names in the order of their numbers: special ones, bytes, what was joined; and the pairs in the order they were.</returns>
    public static (IReadOnlyList<string> Names, IReadOnlyList<(string Left, string Right)> Merges) Learn(WordCounts corpus, int size)
    {
        List<string> names = [.. SpecialTokens.Names, .. ByteLetters.Ordered.Select(letter => letter.ToString())];
        var numbers = names.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        var merges = new List<(string Left, string Right)>();
        var pairs = new PairMerges(corpus.Ordered.Select(entry => (Encoding.UTF8.GetBytes(entry.Word).Select(value => numbers[ByteLetters.Of[value].ToString()]).ToArray(), entry.Count)));
        while (names.Count < size && pairs.Next() is { } pair)
        {
            var joined = names[pair.Left] + names[pair.Right];
            if (SpecialTokens.Names.Contains(joined))
            {
                // A corpus that spells them must not make them text.
                pairs.Skip(pair);
                continue;
            }

            merges.Add((names[pair.Left], names[pair.Right]));
            if (!numbers.TryGetValue(joined, out var number))
            {
                number = numbers[joined] = names.Count;
                names.Add(joined);
            }

            pairs.Join(pair, number);
        }

        return (names, merges);
    }
}
