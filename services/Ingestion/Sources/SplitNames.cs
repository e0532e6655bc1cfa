using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sources;

/// <summary>How sources call the splits.</summary>
public static class SplitNames
{
    public const string Valid = "train, validation, val, test";

    public static Split? Find(string name) => name.ToLowerInvariant() switch
    {
        "train" => Split.Train,
        "validation" or "val" => Split.Validation,
        "test" => Split.Test,
        _ => null,
    };
}
