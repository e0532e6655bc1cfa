using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>How sources call the splits.</summary>
public static class SplitNames
{
    public const string ValidFolders = "train, validation, val, test";
    public const string Valid = "train, validation, valid, val, test";

    /// <summary>In a column or a field.</summary>
    public static Split? Find(string name) => name.Equals("valid", StringComparison.OrdinalIgnoreCase) ? Split.Validation : OfFolder(name);

    /// <summary>Of a folder: one named <c>valid</c> may be a class.</summary>
    public static Split? OfFolder(string name) => name.ToLowerInvariant() switch
    {
        "train" => Split.Train,
        "validation" or "val" => Split.Validation,
        "test" => Split.Test,
        _ => null,
    };
}
