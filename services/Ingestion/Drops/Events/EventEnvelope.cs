using System.Text.Json;

namespace Pipeline.Ingestion.Drops.Events;

/// <summary>What Event Grid's schema and CloudEvents say of an event, under one set of names.</summary>
internal sealed record EventEnvelope(string Id, string Type, string? Subject, string? Time, JsonElement Data)
{
    public static EventEnvelope OfEventGrid(JsonElement json) =>
        new(json.Text("id"), json.Text("eventType"), json.OptionalText("subject"), json.Text("eventTime"), json.Section("data"));

    /// <summary>Structured mode, alone or in a batch.</summary>
    public static EventEnvelope OfCloudEvent(JsonElement json)
    {
        var version = json.Text("specversion");
        if (!version.StartsWith("1.", StringComparison.Ordinal))
        {
            throw new BadEventException($"'specversion' is '{BadEventException.Shown(version)}'; valid is 1.0.");
        }

        json.Text("source");
        return new(json.Text("id"), json.Text("type"), json.OptionalText("subject"), json.OptionalText("time"), json.Section("data"));
    }

    public static EventEnvelope OfCloudEvent(CloudEventAttributes attributes, JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object)
        {
            throw new BadEventException($"The data of a CloudEvent in binary mode is {data.ValueKind}; valid is an object.");
        }

        Needed(attributes.Source, "source");
        return new(Needed(attributes.Id, "id"), Needed(attributes.Type, "type"), attributes.Subject, attributes.Time, data);
    }

    public DateTimeOffset When() => EventFields.Time(Needed(Time, "time"), "time");

    private static string Needed(string? value, string name) =>
        string.IsNullOrEmpty(value) ? throw new BadEventException($"The attribute '{name}' is missing; valid is a text that is not empty.") : value;
}
