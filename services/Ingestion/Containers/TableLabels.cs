using Pipeline.Contracts;
using Pipeline.Ingestion.Findings;

namespace Pipeline.Ingestion.Containers;

/// <summary>Finds the label column of one table.</summary>
/// <param name="path">Of the table.</param>
/// <param name="spec">What the experiment says of labels.</param>
internal sealed class TableLabels(string path, LabelSpec? spec, Action<Finding> tell)
{
    /// <inheritdoc cref="LabelColumn(string, IReadOnlyList{string}, string, IReadOnlyDictionary{string, IReadOnlyList{string}}, LabelSpec, Action{Finding})"/>
    public LabelColumn Of(IReadOnlyList<string> columns, string content, string? features) => new(path, columns, content, ClassNames.Of(features), spec, tell);
}
