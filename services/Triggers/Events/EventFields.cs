using System.Globalization;
using System.Text.Json;

namespace Pipeline.Triggers.Events;

/// <summary>Reads the fields of one event, and says which is missing or wrong.</summary>
internal static class EventFields
{
    public static string Text(this JsonElement json, string name) => json.OptionalText(name) ?? throw BadEventException.NoText(name);

    /// <returns>Null where it is missing, null or empty.</returns>
    public static string? OptionalText(this JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw new BadEventException($"'{name}' is {BadEventException.Shown(value.GetRawText())}; it must be a text.");
        try
        {
            return value.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            throw new BadEventException($"'{name}' must be valid Unicode: {BadEventException.Shown(value.GetRawText())}.");
        }
    }

    public static JsonElement Section(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value
            : throw new BadEventException($"'{name}' is missing; it must be an object.");

    public static DateTimeOffset Time(this JsonElement json, string name) => Time(json.Text(name), name);

    /// <summary>RFC 3339.</summary>
    public static DateTimeOffset Time(string value, string name) =>
        value.Length > "2026-01-31T".Length && value["2026-01-31".Length] == 'T'
        && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : throw BadEventException.Wrong(name, value, "a time like 2026-01-31T12:00:00Z");

    public static long? OptionalBytes(this JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var bytes) && bytes >= 0
            ? bytes
            : throw new BadEventException($"'{name}' is {BadEventException.Shown(value.GetRawText())}; it must be a number of bytes.");
    }
}

/// <summary>An event cannot be used. Stays inside the parser, which turns it into a <see cref="RejectedEvent"/>.</summary>
internal sealed class BadEventException(string reason) : Exception(reason)
{
    private const int MostShown = 120;

    public static BadEventException NoText(string name) => new($"'{name}' is missing; it must be a text that is not empty.");

    public static BadEventException Wrong(string name, string value, string must) =>
        new($"'{name}' is '{Shown(value)}'; it must be {must}.");

    /// <summary>A value from outside as part of one line.</summary>
    public static string Shown(string value) =>
        string.Concat((value.Length > MostShown ? value[..MostShown] + "…" : value)
            .Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? $"\\u{(int)c:x4}" : c.ToString()));
}
