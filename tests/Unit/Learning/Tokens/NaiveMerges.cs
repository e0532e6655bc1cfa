namespace Pipeline.Tests.Unit.Learning.Tokens;

/// <summary>Byte pair encoding as its paper has it: everything counted anew after each pair is joined.</summary>
internal static class NaiveMerges
{
    /// <param name="words">Of symbols.</param>
    /// <param name="names">Of the symbols there are, in the order of their numbers; those that are joined come behind.</param>
    public static List<(string Left, string Right)> Learn(List<List<string>> words, List<string> names, int size,
        Func<string, string, string> join)
    {
        var merges = new List<(string Left, string Right)>();
        while (names.Count < size)
        {
            var pairs = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair).Where(pair => pair.Count() > 1)
                .OrderByDescending(pair => pair.Count()).ThenBy(pair => names.IndexOf(pair.Key.First))
                .ThenBy(pair => names.IndexOf(pair.Key.Second)).ToList();
            if (pairs.Count == 0)
                break;

            var (left, right) = pairs[0].Key;
            var joined = join(left, right);
            merges.Add((left, right));
            if (!names.Contains(joined))
                names.Add(joined);

            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] = joined;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return merges;
    }
}
