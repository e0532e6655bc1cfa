using Pipeline.Contracts;

namespace Pipeline.Experiments;

/// <summary>What only text, DNA and protein have: a window, a tokenizer, masks. Defaults are of the modality.</summary>
internal static class SequenceBinder
{
    /// <summary>The default k is 1 up to here: longer windows would have more tokens than attention should see.</summary>
    private const int LongestOfSingles = 500;

    private const int LongestK = 6;

    private const int MostTokens = 4096;

    private static readonly NumberRange Share = new(0, 1, WithLow: false, WithHigh: false);

    private static readonly NumberRange Fraction = new(0, 1);

    public static InputSpec Input(YamlSection section, string modality)
    {
        section.Reject("size", $"to leave it out: {modality} has a window");
        section.Reject("channels", $"to leave it out: {modality} has none");
        if (modality != Modalities.Text)
        {
            section.Reject("lowerCase", $"to leave it out: {modality} has no case");
        }

        return InputSpec.Sequence(section.Whole("window", 8, 1_000_000, 500), section.OneOf("lowerCase", ["false", "true"], "false") == "true");
    }

    /// <param name="inputs">What <paramref name="input"/> was read from: a window that was said may be more than k-mers can be.</param>
    public static TokenizerSpec Tokenizer(YamlSection section, string modality, InputSpec input, YamlSection inputs)
    {
        var kind = section.OneOf("kind", ExperimentVocabulary.Tokenizers(modality), ExperimentVocabulary.Tokenizers(modality)[0]);
        return kind == TokenizerKinds.Kmer ? Kmers(section, modality, input.Window, inputs) : Learned(section, kind);
    }

    public static MaskingSpec Masking(YamlSection section, string modality)
    {
        var otherwise = new MaskingSpec(Unit: modality switch { Modalities.Text => "word", Modalities.Dna => "span", _ => "token" });
        var spec = new MaskingSpec(
            section.Number("share", Share, otherwise.Share),
            section.Number("mask", Fraction, otherwise.Mask),
            section.Number("random", Fraction, otherwise.Random),
            section.OneOf("unit", ExperimentVocabulary.MaskingUnits(modality), otherwise.Unit),
            section.Whole("span", 2, 100, otherwise.Span));
        return spec.Mask + spec.Random <= 1
            ? spec
            : throw section.Invalid(section.Has("random") ? "random" : "mask", "shares for mask and random that are together at most 1");
    }

    private static TokenizerSpec Learned(YamlSection section, string kind)
    {
        var otherwise = new TokenizerSpec();
        section.Reject("k", $"to leave it out: only {TokenizerKinds.Kmer} has it");
        var given = section.Has("given") ? section.Text("given", "a folder with a vocabulary", path => path.Length > 0 && !path.Any(char.IsControl)) : null;
        if (given is not null)
        {
            section.Reject("vocabulary", "to leave it out: the given one has the tokens it has");
        }

        var vocabulary = given is null ? section.Whole("vocabulary", 300, 1_000_000, otherwise.Vocabulary) : 0;
        return new TokenizerSpec(kind, vocabulary, otherwise.K, section.Whole("length", 8, MostTokens, otherwise.Length), given);
    }

    private static TokenizerSpec Kmers(YamlSection section, string modality, int window, YamlSection inputs)
    {
        section.Reject("vocabulary", "to leave it out: it follows from k and the alphabet");
        section.Reject("given", "to leave it out: the vocabulary follows from k and the alphabet");
        var k = section.Whole("k", 1, modality == Modalities.Dna ? 8 : 3, modality == Modalities.Dna && window > LongestOfSingles ? LongestK : 1);
        var needed = ((window + k - 1) / k) + 2;
        var length = section.WholeOrNull("length", 8, MostTokens);
        return needed <= (length ?? MostTokens)
            ? new TokenizerSpec(TokenizerKinds.Kmer, 0, k, length ?? needed)
            : throw (length is null
                ? inputs.Invalid("window", $"at most {(MostTokens - 2) * k}, which in pieces of {k}, with start and end, is {MostTokens} tokens; or a larger tokenizer.k")
                : section.Invalid("length", $"at least {needed}: input.window {window} in pieces of {k}, start and end"));
    }
}
