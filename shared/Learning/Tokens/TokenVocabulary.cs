namespace Pipeline.Learning.Tokens;

/// <summary>Tokens by number and by name, those that stand for no text among them.</summary>
internal sealed class TokenVocabulary
{
    /// <summary>As RoBERTa spells the special tokens.</summary>
    private static readonly string[] OtherNames = ["<pad>", "<unk>", "<s>", "</s>", "<mask>"];

    /// <param name="names">In the order of their numbers.</param>
    /// <param name="where">Where they come from, for errors.</param>
    /// <exception cref="PipelineException">There are none, one twice, or no special ones.</exception>
    public TokenVocabulary(IReadOnlyList<string> names, string where)
    {
        Names = names;
        Numbers = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        foreach (var (number, name) in names.Index())
        {
            if (!Numbers.TryAdd(name, number))
            {
                throw new PipelineException(
                    $"{where} has the token '{name}' twice, as {Numbers[name]} and {number}; it must have each token once.");
            }
        }

        if (names.Count == 0)
            throw new PipelineException($"{where} must have tokens, and has none.");

        var missing = SpecialTokens.Names.Where(name => !Numbers.ContainsKey(name)).ToList();
        if (missing.Count > 0 && !OtherNames.All(Numbers.ContainsKey))
        {
            throw new PipelineException(
                $"{where} lacks {string.Join(", ", missing)}; it must have {string.Join(", ", SpecialTokens.Names)}, "
                + $"or {string.Join(", ", OtherNames)}.");
        }

        SpecialNames = missing.Count == 0 ? SpecialTokens.Names : OtherNames;
        var special = SpecialNames.Select(name => Numbers[name]).ToArray();
        Special = new SpecialTokens(special[0], special[1], special[2], special[3], special[4]);
    }

    public IReadOnlyList<string> Names { get; }

    public Dictionary<string, int> Numbers { get; }

    public SpecialTokens Special { get; }

    /// <summary>In the order of <see cref="SpecialTokens.Names"/>.</summary>
    public IReadOnlyList<string> SpecialNames { get; }
}
