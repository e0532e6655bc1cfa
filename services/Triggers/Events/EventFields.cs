using System.Text;
using System.Text.Json;

namespace Pipeline.Triggers.Events;

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

/// <summary>The attributes of a CloudEvent in binary mode: they stand in headers, and the body is the data alone.</summary>
public sealed record CloudEventAttributes(string? Id, string? Type, string? Source, string? Subject, string? Time)
{
    private const string Http = "ce-";

    /// <summary>The AMQP binding knows both; the second is for clients that take the colon amiss.</summary>
    private static readonly string[] Amqp = ["cloudEvents:", "cloudEvents_"];

    /// <param name="header">The value of the HTTP header, or null.</param>
    /// <returns>Null where the request is no CloudEvent in binary mode.</returns>
    public static CloudEventAttributes? FromHttp(Func<string, string?> header) => From(name => header(Http + name) is { } value ? Uri.UnescapeDataString(value) : null);

    /// <returns>Null where the message is no CloudEvent in binary mode.</returns>
    public static CloudEventAttributes? FromAmqp(IDictionary<string, object?>? headers) =>
        headers is null ? null : From(name => Amqp.Select(prefix => headers.TryGetValue(prefix + name, out var value) ? Plain(value) : null).FirstOrDefault(value => value is not null));

    private static CloudEventAttributes? From(Func<string, string?> attribute) =>
        attribute("specversion") is null ? null : new(attribute("id"), attribute("type"), attribute("source"), attribute("subject"), attribute("time"));

    private static string? Plain(object? value) => value switch
    {
        byte[] text => Encoding.UTF8.GetString(text),
        string text => text,
        RabbitMQ.Client.AmqpTimestamp time => DateTimeOffset.FromUnixTimeSeconds(time.UnixTime).ToString("O"),
        _ => null,
    };
}
