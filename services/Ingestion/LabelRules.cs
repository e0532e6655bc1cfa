using Pipeline.Contracts;
using Pipeline.Ingestion.Sequences.Unicode;

namespace Pipeline.Ingestion;

/// <summary>What becomes of a label as it was written: the class's name, or none. Every label of every format comes through here.</summary>
public sealed class LabelRules(LabelSpec? spec)
{
    /// <summary>What the experiment says; null where it says nothing.</summary>
    public LabelSpec? Spec => spec;

    private readonly HashSet<string>? _missing = spec?.Missing is { } missing ? [.. missing.Select(CanonicalComposition.Of)] : null;
    private readonly HashSet<string>? _classes = spec?.Classes is { } classes ? [.. classes.Select(CanonicalComposition.Of)] : null;

    /// <summary>Whether the experiment itself names it as a class.</summary>
    public bool Keeps(string label) => _classes?.Contains(label) == true;

    /// <param name="label">As written; null where nothing is.</param>
    /// <returns>In Unicode's form C, without blanks at its ends; null where there is none.</returns>
    public string? Of(string? label)
    {
        if (string.IsNullOrWhiteSpace(label))
        {
            return null;
        }

        var name = CanonicalComposition.Of(label.Trim());
        return _missing?.Contains(name) == true || _classes?.Contains(name) == false ? null : name;
    }
}
