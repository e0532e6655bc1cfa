using Pipeline.Contracts;

namespace Pipeline.Ingestion.Lakes;

/// <summary>What the files of a folder are read as.</summary>
public enum LakeContent
{
    Images,

    /// <summary>Text, DNA or protein: also text files in the top folder are content.</summary>
    Sequences,
}

internal static class LakeContents
{
    /// <param name="modality">One of <see cref="Modalities"/>.</param>
    public static LakeContent Of(string modality) => Modalities.IsSequence(modality) ? LakeContent.Sequences : LakeContent.Images;
}
