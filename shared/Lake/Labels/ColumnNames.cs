using Pipeline.Lake.Findings;

namespace Pipeline.Lake.Labels;

/// <summary>Names of the columns of tables and the fields of records in every format, in any case, best first.</summary>
public static class ColumnNames
{
    public static readonly IReadOnlyList<string> Texts = ["text", "sequence", "sentence", "content"];
    public static readonly IReadOnlyList<string> Labels = ["label", "class", "cls"];
    public static readonly IReadOnlyList<string> Splits = ["split"];

    /// <summary>Of a table of labels: which file a row is about. The second is Hugging Face's.</summary>
    public static readonly IReadOnlyList<string> Files = ["file", "file_name", "filename", "path"];

    /// <summary>Parts of names that columns of labels have elsewhere.</summary>
    private static readonly string[] LikeLabels = ["label", "class", "cls", "target", "categor", "species", "diagnosis"];

    /// <returns>The first of the names that exists, as it is written there; null if none does.</returns>
    public static string? Find(IReadOnlyList<string> names, IEnumerable<string> columns)
    {
        var found = columns.ToLookup(name => name.ToLowerInvariant());
        return names.Select(name => found[name].FirstOrDefault()).FirstOrDefault(name => name is not null);
    }

    /// <param name="said">The name that the experiment gives; null if it gives none.</param>
    /// <returns>That column, or the only one that differs by case alone; if none is given, the first of the names that exists.</returns>
    public static string? Find(IReadOnlyCollection<string> columns, string? said, IReadOnlyList<string> names) =>
        said is null ? Find(names, columns)
        : columns.Contains(said) ? said
        : columns.Where(column => column.Equals(said, StringComparison.OrdinalIgnoreCase)).ToList() is [var only] ? only
        : null;

    /// <summary>As <see cref="Find(IReadOnlyCollection{string}, string?, IReadOnlyList{string})"/>.</summary>
    /// <param name="key">Of the experiment's labels, for errors.</param>
    /// <exception cref="PipelineException">The table has no column of the given name.</exception>
    internal static string? FindIn(string table, IReadOnlyCollection<string> columns, string? said, IReadOnlyList<string> names, string key)
    {
        var found = Find(columns, said, names);
        return found is not null || said is null
            ? found
            : throw new PipelineException(
                $"'{table}' has no column '{said}' as labels.{key} says; its columns are {string.Join(", ", columns)}.");
    }

    /// <summary>Columns that look like labels and are not the one that is used.</summary>
    /// <param name="isClass">Whether something else says that a column holds classes.</param>
    public static IEnumerable<Finding> NotUsed(IEnumerable<string> columns, string? used, Func<string, bool>? isClass = null) =>
        from column in columns
        where column != used
            && (LikeLabels.Any(part => column.Contains(part, StringComparison.OrdinalIgnoreCase)) || isClass?.Invoke(column) == true)
        let advice = $"say labels: {{ column: {column} }}"
        select new Finding(
            WarningCode.LabelColumnNotUsed,
            1,
            column,
            used is null ? advice : $"the labels are those of '{used}'; if they are not, {advice}");
}
