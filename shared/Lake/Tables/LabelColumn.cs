using Pipeline.Lake.Findings;
using Pipeline.Lake.Labels;

namespace Pipeline.Lake.Tables;

/// <summary>The column of a table that says the labels. Others that look as if they did are reported.</summary>
internal sealed class LabelColumn(string table, LabelSpec? spec, Action<Finding> tell)
{
    private IReadOnlyList<string>? _classes;
    private List<Finding> _unused = [];

    /// <summary>As the table writes it; null without one. With one, a row without a label has none, whatever its folder says.</summary>
    public string? Name { get; private set; }

    /// <param name="content">The column with the samples.</param>
    /// <param name="features">What numbers stand for, as <see cref="ClassNames.Of"/> takes it.</param>
    /// <exception cref="PipelineException">The table has no column of the name that the experiment gives.</exception>
    public string? Find(IReadOnlyList<string> columns, string content, string? features)
    {
        var classes = ClassNames.Of(features);
        Name = ColumnNames.FindIn(table, columns, spec?.Column, ColumnNames.Labels, "column");
        _classes = Name is null ? null : classes.GetValueOrDefault(Name);
        _unused = spec?.Column is null
            ? [.. ColumnNames.NotUsed(columns.Where(column => column != content), Name, classes.ContainsKey)]
            : [];
        return Name;
    }

    public LabelValue ValueOf(object? value) => LabelValue.Of(value, _classes);

    /// <summary>Reports, before rows are read, what of them is not used.</summary>
    /// <param name="unusedType">What the column holds if that cannot be labels; null if it can.</param>
    public void Tell(long rows, string? unusedType)
    {
        foreach (var finding in _unused)
            tell(finding with { Count = rows });

        if (unusedType is not null)
            tell(new Finding(WarningCode.LabelType, rows, $"column '{Name}' of {table}", unusedType));
    }
}
