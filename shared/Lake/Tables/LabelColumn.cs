using Pipeline.Lake.Findings;
using Pipeline.Lake.Labels;

namespace Pipeline.Lake.Tables;

/// <summary>Which column of a table says the labels. Others that look as if they did are told.</summary>
internal sealed class LabelColumn
{
    private readonly string _table;
    private readonly Action<Finding> _tell;
    private readonly IReadOnlyList<string>? _classes;
    private readonly List<Finding> _unused;

    /// <param name="table">Its path.</param>
    /// <param name="columns">Of the table's top level.</param>
    /// <param name="content">The column with the samples.</param>
    /// <param name="classes">By column, as <see cref="ClassNames.Of"/>.</param>
    /// <exception cref="PipelineException">The experiment names a column that there is not.</exception>
    public LabelColumn(
        string table,
        IReadOnlyList<string> columns,
        string content,
        IReadOnlyDictionary<string, IReadOnlyList<string>> classes,
        LabelSpec? spec,
        Action<Finding> tell)
    {
        (_table, _tell) = (table, tell);
        Name = spec?.Column is { } named
            ? ColumnNames.Find(named, columns)
                ?? throw new PipelineException(
                    $"'{table}' has no column '{named}' as labels.column says; its columns are {string.Join(", ", columns)}.")
            : ColumnNames.Find(ColumnNames.Labels, columns);
        _classes = Name is null ? null : classes.GetValueOrDefault(Name);
        _unused = spec?.Column is null
            ? [.. ColumnNames.NotUsed(columns.Where(column => column != content), Name, classes.ContainsKey)]
            : [];
    }

    /// <summary>As the table writes it; null where there is none.</summary>
    public string? Name { get; }

    public LabelValue ValueOf(object? value) => LabelValue.Of(value, _classes);

    /// <summary>Tells of rows that are about to be read what of them is not used.</summary>
    /// <param name="unusedType">What the column holds, where that cannot be labels; null where it can.</param>
    public void Tell(long rows, string? unusedType)
    {
        foreach (var finding in _unused)
            _tell(finding with { Count = rows });

        if (unusedType is not null)
            _tell(new Finding(WarningCode.LabelType, rows, $"column '{Name}' of {_table}", unusedType));
    }
}
