using Pipeline.Lake.Findings;

namespace Pipeline.Lake.Labels;

/// <summary>What the columns of tables and the fields of records are called, in every format: CSV, JSON lines, Parquet, Arrow. Best first;
/// case does not count.</summary>
public static class ColumnNames
{
    public static readonly IReadOnlyList<string> Texts = ["text", "sequence", "sentence", "content"];
    public static readonly IReadOnlyList<string> Labels = ["label", "class", "cls"];
    public static readonly IReadOnlyList<string> Splits = ["split"];

    /// <summary>Of a table of labels: which file a row is about. The second is Hugging Face's.</summary>
    public static readonly IReadOnlyList<string> Files = ["file", "file_name", "filename", "path"];

    /// <summary>Parts of names that columns of labels have elsewhere.</summary>
    private static readonly string[] LikeLabels = ["label", "class", "cls", "target", "categor", "species", "diagnosis"];

    /// <returns>The first of the names that there is, as it is written there; null where there is none.</returns>
    public static string? Find(IReadOnlyList<string> names, IEnumerable<string> columns)
    {
        var found = columns.ToLookup(name => name.ToLowerInvariant());
        return names.Select(name => found[name].FirstOrDefault()).FirstOrDefault(name => name is not null);
    }

    /// <summary>The column that a person named.</summary>
    /// <returns>As it is written there: the same, else the only one that differs by case alone; null where there is none.</returns>
    public static string? Find(string said, IReadOnlyCollection<string> columns) =>
        columns.FirstOrDefault(column => column == said)
            ?? (columns.Where(column => column.Equals(said, StringComparison.OrdinalIgnoreCase)).ToList() is [var only] ? only : null);

    /// <param name="said">The name that a person gave; null where none did.</param>
    /// <returns>That column, else the first of the names that there is; null where there is none.</returns>
    public static string? Find(IReadOnlyCollection<string> columns, string? said, IReadOnlyList<string> names) =>
        said is null ? Find(names, columns) : Find(said, columns);

    /// <summary>Columns that look like labels and are not the one that is used.</summary>
    /// <param name="used">Null where none is.</param>
    /// <param name="isClass">Whether something else says that a column holds classes.</param>
    public static IEnumerable<Finding> NotUsed(IEnumerable<string> columns, string? used, Func<string, bool>? isClass = null) =>
        from column in columns
        where column != used
            && (LikeLabels.Any(part => column.Contains(part, StringComparison.OrdinalIgnoreCase)) || isClass?.Invoke(column) == true)
        select new Finding(
            WarningCode.LabelColumnNotUsed,
            1,
            column,
            used is null
                ? $"say labels: {{ column: {column} }}"
                : $"the labels are those of '{used}'; if they are not, say labels: {{ column: {column} }}");
}
