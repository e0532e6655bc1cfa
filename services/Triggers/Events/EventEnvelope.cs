using System.Text.Json;
using Pipeline.Hosting.Bus;

namespace Pipeline.Triggers.Events;

/// <summary>What Event Grid's schema and CloudEvents say of an event, under one set of names.</summary>
internal sealed record EventEnvelope(string Id, string Type, string? Subject, string? Time, JsonElement Data)
{
    public static EventEnvelope OfEventGrid(JsonElement json) =>
        new(json.Text("id"), json.Text("eventType"), json.OptionalText("subject"), json.Text("eventTime"), json.Section("data"));

    /// <summary>Structured mode, alone or in a batch.</summary>
    public static EventEnvelope OfCloudEvent(JsonElement json) =>
        OfCloudEvent(name => json.OptionalText(name), json.TryGetProperty("data", out var data) ? data : default);

    public static EventEnvelope OfCloudEvent(Func<string, string?> attribute, JsonElement data)
    {
        string Needed(string name) => attribute(name) is { Length: > 0 } text ? text : throw BadEventException.NoText(name);

        var version = Needed("specversion");
        if (!version.StartsWith("1.", StringComparison.Ordinal))
            throw BadEventException.Wrong("specversion", version, "1.0");
        Needed("source");
        var (id, type) = (Needed("id"), Needed("type"));
        return data.ValueKind == JsonValueKind.Object
            ? new(id, type, attribute("subject"), attribute("time"), data)
            : throw new BadEventException("The data of a CloudEvent must be a JSON object.");
    }

    public DateTimeOffset When() => EventFields.Time(Time ?? throw BadEventException.NoText("time"), "time");
}

/// <summary>CloudEvents in binary mode: the attributes are headers, and the body is the data alone.</summary>
public static class BinaryCloudEvent
{
    private const string Http = "ce-";

    /// <summary>The AMQP binding allows both; the second is for clients that do not allow a colon.</summary>
    private static readonly string[] Amqp = ["cloudEvents:", "cloudEvents_"];

    /// <returns>The attribute of a name; null where the request is no CloudEvent in binary mode.</returns>
    public static Func<string, string?>? FromHttp(Func<string, string?> header) =>
        Of(name => header(Http + name) is { } value ? Uri.UnescapeDataString(value) : null);

    /// <returns>The attribute of a name; null where the message is no CloudEvent in binary mode.</returns>
    public static Func<string, string?>? FromAmqp(IDictionary<string, object?>? headers) =>
        Of(name => Amqp.Select(prefix => AmqpHeaders.Text(headers, prefix + name)).FirstOrDefault(value => value is not null));

    private static Func<string, string?>? Of(Func<string, string?> attribute) => attribute("specversion") is null ? null : attribute;
}
