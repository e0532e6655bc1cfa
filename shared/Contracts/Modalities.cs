namespace Pipeline.Contracts;

/// <summary>What a sample can be.</summary>
public static class Modalities
{
    public const string Image = "image";
    public const string Text = "text";
    public const string Dna = "dna";
    public const string Protein = "protein";

    public static IReadOnlyList<string> All { get; } = [Image, Text, Dna, Protein];

    /// <summary>Whether a sample is a sequence of tokens, which masked-token prediction can be done on.</summary>
    public static bool IsSequence(string modality) => modality != Image;
}
