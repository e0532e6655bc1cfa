using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pipeline.Triggers.Events;

/// <summary>
/// Any body that tells of files, into one form: Event Grid's schema, CloudEvents 1.0 (structured, batch, binary), notifications of S3 and MinIO, EventBridge,
/// and the plain form. One bad event does not spoil the others.
/// </summary>
public sealed class EventParser(EventPlaces places)
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32 };

    private readonly AzureEvents _azure = new(places);
    private readonly S3Events _s3 = new(places);
    private readonly PlainEvents _plain = new(places);

    /// <param name="binary">Where the body is the data of a CloudEvent alone.</param>
    /// <param name="traceparent">Goes into every event that brings none.</param>
    public ParsedEvents Parse(ReadOnlyMemory<byte> body, CloudEventAttributes? binary = null, string? traceparent = null)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, Strict);
        }
        catch (JsonException error)
        {
            return new ParsedEvents([], [new RejectedEvent(null, $"The body is not JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}; valid is an event or an array of events.", body)], 0);
        }

        using (document)
        {
            var batch = new Batch(traceparent);
            var root = document.RootElement;
            if (binary is not null)
            {
                batch.Add(root, json => Enveloped(EventEnvelope.OfCloudEvent(binary, json)));
            }
            else if (root.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in root.EnumerateArray())
                {
                    batch.Add(item, One);
                }
            }
            else if (Records(root) is { } records)
            {
                foreach (var record in records.EnumerateArray())
                {
                    batch.Add(record, Record);
                }
            }
            else
            {
                batch.Add(root, One);
            }

            return batch.Parsed();
        }
    }

    private static JsonElement? Records(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("Records", out var records) && records.ValueKind == JsonValueKind.Array ? records : null;

    private IEnumerable<FileEvent> One(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new BadEventException($"It is {BadEventException.Shown(json.GetRawText())}; valid is an object.");
        }

        if (json.TryGetProperty("specversion", out _))
        {
            return Enveloped(EventEnvelope.OfCloudEvent(json));
        }

        if (json.TryGetProperty("eventType", out _))
        {
            return Enveloped(EventEnvelope.OfEventGrid(json));
        }

        if (Records(json) is { } records)
        {
            return [.. records.EnumerateArray().SelectMany(Record)];
        }

        if (json.TryGetProperty("detail-type", out _))
        {
            return Maybe(_s3.ReadEventBridge(json));
        }

        if (PlainEvents.Knows(json))
        {
            return [_plain.Read(json)];
        }

        if (json.OptionalText("Event") == "s3:TestEvent")
        {
            return [];
        }

        throw new BadEventException("It has the form of no event; valid are events of Event Grid, CloudEvents, S3 and MinIO, and the plain form (kind, url, time, id).");
    }

    private IEnumerable<FileEvent> Enveloped(EventEnvelope envelope) =>
        AzureEvents.Knows(envelope.Type) ? _azure.Read(envelope)
        : Records(envelope.Data) is { } records ? [.. records.EnumerateArray().SelectMany(Record)]
        : envelope.Data.TryGetProperty("s3", out _) ? Record(envelope.Data)
        : envelope.Data.TryGetProperty("detail-type", out _) ? Maybe(_s3.ReadEventBridge(envelope.Data))
        : throw new BadEventException($"The event type '{BadEventException.Shown(envelope.Type)}' is unknown; valid are those of Microsoft.Storage, and data with an S3 record.");

    private IEnumerable<FileEvent> Record(JsonElement record) =>
        record.ValueKind == JsonValueKind.Object
            ? Maybe(_s3.Read(record))
            : throw new BadEventException($"The record is {BadEventException.Shown(record.GetRawText())}; valid is an object.");

    private static IEnumerable<FileEvent> Maybe(FileEvent? found) => found is null ? [] : [found];

    /// <summary>Collects what the events of one body give.</summary>
    private sealed class Batch(string? traceparent)
    {
        private readonly List<FileEvent> _events = [];
        private readonly List<RejectedEvent> _rejected = [];
        private int _position;
        private int _ignored;

        public void Add(JsonElement json, Func<JsonElement, IEnumerable<FileEvent>> read)
        {
            try
            {
                var before = _events.Count;
                _events.AddRange(traceparent is null ? read(json) : read(json).Select(found => found.Traceparent is null ? found with { Traceparent = traceparent } : found));
                _ignored += _events.Count == before ? 1 : 0;
            }
            catch (BadEventException error)
            {
                _rejected.Add(new RejectedEvent(_position, $"Event {_position}: {error.Message}", JsonMarshal.GetRawUtf8Value(json).ToArray()));
            }

            _position++;
        }

        public ParsedEvents Parsed() => new(_events, _rejected, _ignored);
    }
}

/// <summary>What a body told.</summary>
/// <param name="Ignored">Events that are known and tell of no whole file: an empty file was opened, a tier changed.</param>
public sealed record ParsedEvents(IReadOnlyList<FileEvent> Events, IReadOnlyList<RejectedEvent> Rejected, int Ignored);

/// <param name="Position">Which event of the body, from 0; null where it is the body as a whole.</param>
/// <param name="Reason">One line: what is wrong, where, and what would be valid.</param>
/// <param name="Body">The event as it was sent.</param>
public sealed record RejectedEvent(int? Position, string Reason, ReadOnlyMemory<byte> Body);

/// <summary>An event cannot be used. Stays inside the parser, which turns it into a <see cref="RejectedEvent"/>.</summary>
internal sealed class BadEventException(string reason) : Exception(reason)
{
    private const int MostShown = 120;

    /// <summary>A value from outside as part of one line.</summary>
    public static string Shown(string value) =>
        string.Concat((value.Length > MostShown ? value[..MostShown] + "…" : value).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? $"\\u{(int)c:x4}" : c.ToString()));
}

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
