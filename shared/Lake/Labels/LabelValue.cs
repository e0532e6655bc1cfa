using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Lake.Labels;

/// <summary>A label as a typed column or JSON holds it, in words: the same value gives the same words in every format.</summary>
/// <param name="Text">Null without a label.</param>
/// <param name="Fault">Why it is no label, to follow "has a label that is"; null if it is one, or missing.</param>
public readonly record struct LabelValue(string? Text, string? Fault = null)
{
    /// <param name="value">Null, text, bytes, a truth value or a number.</param>
    /// <param name="names">What whole numbers stand for, as in Hugging Face's ClassLabel, where −1 is no label.</param>
    public static LabelValue Of(object? value, IReadOnlyList<string>? names = null) => value switch
    {
        null => default,
        string text => new(text),
        byte[] bytes => OfBytes(bytes),
        ReadOnlyMemory<byte> bytes => OfBytes(bytes.Span),
        bool truth => new(truth ? "true" : "false"),
        double number => OfNumber(number, names),
        float number => OfNumber(number, names, number.ToString("R", CultureInfo.InvariantCulture)),
        Half number => OfNumber((double)number, names),
        decimal number when decimal.IsInteger(number) && decimal.Abs(number) <= long.MaxValue => OfWhole((long)number, names),
        ulong number when number <= long.MaxValue => OfWhole((long)number, names),
        decimal or ulong => new(Convert.ToString(value, CultureInfo.InvariantCulture)),
        sbyte or byte or short or ushort or int or uint or long => OfWhole(Convert.ToInt64(value, CultureInfo.InvariantCulture), names),
        _ => new(null, $"a {value.GetType().Name}"),
    };

    public static LabelValue Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => default,
        JsonValueKind.String => new(value.GetString()),
        JsonValueKind.True => new("true"),
        JsonValueKind.False => new("false"),
        JsonValueKind.Number when value.TryGetInt64(out var whole) => OfWhole(whole, null),
        JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number) =>
            IsWhole(number) ? OfNumber(number, null) : new(value.GetRawText()),
        JsonValueKind.Array => new(null, "a list"),
        _ => new(null, "an object"),
    };

    private static LabelValue OfBytes(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? new(Encoding.UTF8.GetString(bytes)) : new(null, "bytes that are no UTF-8");

    private static bool IsWhole(double number) => double.IsInteger(number) && Math.Abs(number) < long.MaxValue;

    private static LabelValue OfNumber(double number, IReadOnlyList<string>? names, string? text = null) =>
        double.IsNaN(number) ? default
        : double.IsInfinity(number) ? new(null, "an infinite number")
        : IsWhole(number) ? OfWhole((long)number, names)
        : names is null ? new(text ?? number.ToString("R", CultureInfo.InvariantCulture))
        : new(null, $"{number.ToString("R", CultureInfo.InvariantCulture)} where the file names {names.Count} classes");

    private static LabelValue OfWhole(long number, IReadOnlyList<string>? names) =>
        names is null ? new(number.ToString(CultureInfo.InvariantCulture))
        : number == -1 ? default
        : number >= 0 && number < names.Count ? new(names[(int)number])
        : new(null, $"{number} where the file names {names.Count} classes");
}

/// <summary>What becomes of a label as it was written: the class's name, or none. Every label of every format comes through here.</summary>
public sealed class LabelRules(LabelSpec? spec)
{
    private readonly HashSet<string>? _missing = spec?.Missing is { } missing ? [.. missing.Select(CanonicalComposition.Of)] : null;
    private readonly HashSet<string>? _classes = spec?.Classes is { } classes ? [.. classes.Select(CanonicalComposition.Of)] : null;

    /// <summary>What the experiment says; null if it says nothing.</summary>
    public LabelSpec? Spec => spec;

    /// <summary>Whether the experiment itself names it as a class.</summary>
    public bool Keeps(string label) => _classes?.Contains(label) == true;

    /// <returns>In Unicode's form C, without blanks at its ends; null without a label.</returns>
    public string? Of(string? label)
    {
        if (string.IsNullOrWhiteSpace(label))
            return null;

        var name = CanonicalComposition.Of(label.Trim());
        return _missing?.Contains(name) == true || _classes?.Contains(name) == false ? null : name;
    }
}
