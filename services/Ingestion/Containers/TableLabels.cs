using Pipeline.Contracts;
using Pipeline.Ingestion.Findings;

namespace Pipeline.Ingestion.Containers;

/// <summary>Finds the label column of one table.</summary>
/// <param name="path">Of the table.</param>
/// <param name="spec">What the experiment says of labels.</param>
internal sealed class TableLabels(string path, LabelSpec? spec, Action<Finding> tell)
{
    /// <inheritdoc cref="LabelColumn(string, IReadOnlyList{string}, string, IReadOnlyDictionary{string, IReadOnlyList{string}}, LabelSpec, Action{Finding})"/>
    public LabelColumn Of(IReadOnlyList<string> columns, string content, string? features)
    {
        var column = new LabelColumn(path, columns, content, ClassNames.Of(features), spec, tell);
        IsThere = column.Name is not null;
        return column;
    }

    /// <summary>Whether there is one: then a row without a label has none, whatever folder the table lies in.</summary>
    public bool IsThere { get; private set; }
}
