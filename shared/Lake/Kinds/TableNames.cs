namespace Pipeline.Lake.Kinds;

/// <summary>Names of files that hold the labels of others, in folders and archives alike.</summary>
public static class TableNames
{
    /// <summary>In lower case. Those named metadata are Hugging Face's, and count only if they name labels.</summary>
    public static IReadOnlyList<string> All { get; } =
        ["labels.csv", "labels.tsv", "labels.jsonl", "labels.json", "metadata.csv", "metadata.jsonl"];

    /// <summary>Whether a file is a table of labels by its name, wherever it lies.</summary>
    /// <param name="spec">May name the table itself.</param>
    public static bool IsTable(string name, LabelSpec? spec = null) =>
        spec?.Table is { } table ? name.Equals(table, StringComparison.OrdinalIgnoreCase) : All.Contains(name.ToLowerInvariant());

    /// <summary>Whether a file is a table of labels by its name, and can be nothing else.</summary>
    public static bool IsLabels(string name) => IsTable(name) && !IsMetadata(name);

    public static bool IsMetadata(string name) => name.StartsWith("metadata", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a file is a table of an office program.</summary>
    public static bool IsSpreadsheet(string name) => Path.GetExtension(name).ToLowerInvariant() is ".xlsx" or ".xls" or ".ods";
}
