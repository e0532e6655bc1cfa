using System.Text.Json;

namespace Pipeline.Ingestion.Drops.Events;

/// <summary>Reads the fields of one event, and says which is missing or wrong.</summary>
internal static class EventFields
{
    public static string Text(this JsonElement json, string name) =>
        json.OptionalText(name) ?? throw new BadEventException($"'{name}' is missing; valid is a text that is not empty.");

    public static string? OptionalText(this JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw new BadEventException($"'{name}' is {BadEventException.Shown(value.GetRawText())}; valid is a text.");
        }

        try
        {
            return value.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            throw new BadEventException($"'{name}' is no text that Unicode knows: {BadEventException.Shown(value.GetRawText())}.");
        }
    }

    public static JsonElement Section(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value
            : throw new BadEventException($"'{name}' is missing; valid is an object.");

    public static DateTimeOffset Time(this JsonElement json, string name) => Time(json.Text(name), name);

    /// <summary>RFC 3339.</summary>
    public static DateTimeOffset Time(string value, string name) =>
        value.Length > "2026-01-31T".Length && value["2026-01-31".Length] == 'T'
        && DateTimeOffset.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : throw new BadEventException($"'{name}' is '{BadEventException.Shown(value)}'; valid is a time like 2026-01-31T12:00:00Z.");

    public static long? OptionalBytes(this JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var bytes) && bytes >= 0
            ? bytes
            : throw new BadEventException($"'{name}' is {BadEventException.Shown(value.GetRawText())}; valid is a number of bytes.");
    }
}
