using Pipeline.Contracts;

namespace Pipeline.Learning.Tokens;

/// <summary>The letters of sequences that are no text. Those that stand for several (IUPAC's N, X and others) are left out: nobody can predict them, so they are unknown and never masked.</summary>
public static class Alphabets
{
    public const string Dna = "ACGT";

    /// <summary>The 20 residues of the standard code, selenocysteine and pyrrolysine.</summary>
    public const string Protein = "ACDEFGHIKLMNOPQRSTUVWY";

    public static string Of(string modality) => modality == Modalities.Dna ? Dna : Protein;
}
