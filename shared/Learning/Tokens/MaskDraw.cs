using System.Buffers.Binary;
using Pipeline.Statistics;

namespace Pipeline.Learning.Tokens;

/// <summary>Draws which tokens of a sample are to be predicted and what is shown in their place (Devlin et al. 2019, arXiv:1810.04805): a
/// function of seed, epoch and sample alone. Special tokens are never chosen, nor shown at random.</summary>
/// <param name="vocabulary">Tokens there are.</param>
public sealed class MaskDraw(MaskingSpec spec, SpecialTokens special, int vocabulary)
{
    /// <summary>The sample number of <see cref="Draw"/>: from its content, so that a growing dataset changes no draw.</summary>
    /// <param name="digest">SHA-256, as sample shards hold it.</param>
    /// <returns>63 bits of it.</returns>
    public static long SampleNumber(ReadOnlySpan<byte> digest) => BinaryPrimitives.ReadInt64LittleEndian(digest) & long.MaxValue;

    /// <param name="tokens">Of one sample, without those for start and end.</param>
    /// <param name="continues">For each whether it goes on with the word before; asked for by unit <c>word</c> alone.</param>
    /// <param name="sample">Of <see cref="SampleNumber"/>.</param>
    /// <returns>At least one position where there is any token that is not special; ascending.</returns>
    public MaskedTokens Draw(ReadOnlySpan<int> tokens, ReadOnlySpan<bool> continues, ulong seed, long epoch, long sample)
    {
        var random = new CounterRandom(seed, "masks", epoch).At(sample);
        var units = Units(tokens, continues, ref random);
        var candidates = 0;
        foreach (var token in tokens)
            candidates += special.Contains(token) ? 0 : 1;

        // BERT's rule: as many as the share says, at least one; a unit that would go beyond is passed over.
        var wanted = Math.Max(1, (int)Math.Round(candidates * spec.Share));
        var positions = new List<int>(wanted);
        foreach (var place in random.Permutation(units.Count))
        {
            var unit = units[place];
            if (positions.Count == 0 || positions.Count + unit.Count <= wanted)
                positions.AddRange(unit);

            if (positions.Count >= wanted)
                break;
        }

        positions.Sort();
        var inputs = new int[positions.Count];
        var targets = new int[positions.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            targets[i] = tokens[positions[i]];
            inputs[i] = Shown(targets[i], ref random);
        }

        return new MaskedTokens([.. positions], inputs, targets);
    }

    private int Shown(int token, ref CounterRandom random)
    {
        var fate = random.NextDouble();
        return fate < spec.Mask ? special.Mask : fate < spec.Mask + spec.Random ? Ordinary(ref random) : token;
    }

    private int Ordinary(ref CounterRandom random)
    {
        int token;
        do
        {
            token = random.NextInt(vocabulary);
        }
        while (special.Contains(token));

        return token;
    }

    // Positions that are masked together, without special tokens.
    private List<List<int>> Units(ReadOnlySpan<int> tokens, ReadOnlySpan<bool> continues, ref CounterRandom random)
    {
        var units = new List<List<int>>();
        var phase = spec.Unit == "span" ? random.NextInt(spec.Span) : 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            var joined = spec.Unit switch
            {
                "word" => continues[i],
                "span" => (i + phase) % spec.Span != 0,
                _ => false,
            };
            if (!joined || units.Count == 0)
                units.Add([]);

            if (!special.Contains(tokens[i]))
                units[^1].Add(i);
        }

        units.RemoveAll(unit => unit.Count == 0);
        return units;
    }
}

/// <summary>What is masked in one sample.</summary>
/// <param name="Positions">Within its tokens, ascending.</param>
/// <param name="Inputs">The token shown at each.</param>
/// <param name="Targets">The token to be predicted at each.</param>
public sealed record MaskedTokens(int[] Positions, int[] Inputs, int[] Targets);
