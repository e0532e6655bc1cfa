using System.Diagnostics;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sequences;

/// <summary>Brings one document to the form that it is compared, digested and trained in, piece by piece. Used once.</summary>
internal interface ISequenceNormalizer
{
    /// <param name="utf8">Valid.</param>
    /// <param name="line">In its file, for errors.</param>
    /// <exception cref="SequenceRejectedException">It is too long, or has a letter that is none.</exception>
    void Append(ReadOnlySpan<byte> utf8, int line);

    /// <exception cref="SequenceRejectedException">What came cannot be used.</exception>
    string Finish();
}

internal static class SequenceNormalizers
{
    public static ISequenceNormalizer Of(string modality, InputSpec input, int mostLetters) => modality switch
    {
        Modalities.Text => new TextNormalizer(input.LowerCase, mostLetters),
        Modalities.Dna => new LetterNormalizer(Alphabet.Dna, mostLetters),
        Modalities.Protein => new LetterNormalizer(Alphabet.Protein, mostLetters),
        _ => throw new UnreachableException($"'{modality}' is no sequence."),
    };
}
