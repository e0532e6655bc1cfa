using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pipeline.Triggers.Events;

/// <summary>Any body that tells of files, into one form: Event Grid's schema, CloudEvents 1.0 (structured, batch, binary), notifications of
/// S3 and MinIO, EventBridge, and the plain form. One bad event does not spoil the others.</summary>
public sealed class EventParser(EventPlaces places)
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32 };

    /// <param name="binary">The attributes of a CloudEvent in binary mode, whose data the body is; null for all other bodies.</param>
    /// <param name="traceparent">Set in every event that has none.</param>
    public ParsedEvents Parse(ReadOnlyMemory<byte> body, Func<string, string?>? binary = null, string? traceparent = null)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, Strict);
        }
        catch (JsonException error)
        {
            return ParsedEvents.Refused(
                $"The body is not JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}; "
                + "it must be an event or an array of events.", body);
        }

        using (document)
        {
            var (items, read) = Items(document.RootElement, binary);
            return Collect(items, read, json => JsonMarshal.GetRawUtf8Value(json).ToArray(), traceparent);
        }
    }

    /// <summary>What the webhook has parsed. Its places are checked again, as anybody may forge such a message.</summary>
    public ParsedEvents ParseNormalised(ReadOnlyMemory<byte> body, string? traceparent)
    {
        List<FileEvent?> events;
        try
        {
            events = NormalisedDrop.Read(body.Span);
        }
        catch (JsonException error)
        {
            return ParsedEvents.Refused($"The message is no normalised drop at '{BadEventException.Shown(error.Path ?? "$")}'; "
                + $"{NormalisedDrop.ContentType} must be an array of file events as the webhook writes it.", body);
        }

        return Collect(events, found => [NormalisedDrop.Checked(found)], NormalisedDrop.Write, traceparent);
    }

    /// <summary>Reads events one by one and checks their places.</summary>
    /// <param name="write">The event as it was sent, where it is rejected.</param>
    private ParsedEvents Collect<T>(
        IEnumerable<T> items, Func<T, IEnumerable<FileEvent>> read, Func<T, byte[]> write, string? traceparent)
    {
        var (events, rejected, ignored) = (new List<FileEvent>(), new List<RejectedEvent>(), 0);
        foreach (var (position, item) in items.Index())
        {
            try
            {
                var found = read(item).Select(places.Admit).ToList();
                events.AddRange(found.Select(file => file with { Traceparent = file.Traceparent ?? traceparent }));
                ignored += found.Count == 0 ? 1 : 0;
            }
            catch (BadEventException error)
            {
                rejected.Add(new RejectedEvent(position, $"Event {position}: {error.Message}", write(item)));
            }
        }

        return new ParsedEvents(events, rejected, ignored);
    }

    /// <summary>The events of a body, and how each is read.</summary>
    private static (IEnumerable<JsonElement> Items, Func<JsonElement, IEnumerable<FileEvent>> Read) Items(
        JsonElement root, Func<string, string?>? binary) =>
        binary is not null ? ([root], data => Enveloped(EventEnvelope.OfCloudEvent(binary, data)))
        : root.ValueKind == JsonValueKind.Array ? (root.EnumerateArray(), One)
        : Records(root) is { } records ? (records.EnumerateArray(), S3Events.Read)
        : ([root], One);

    private static JsonElement? Records(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("Records", out var found) && found.ValueKind == JsonValueKind.Array
            ? found
            : null;

    private static IEnumerable<FileEvent> One(JsonElement json)
    {
        bool Has(string name) => json.TryGetProperty(name, out _);

        if (json.ValueKind != JsonValueKind.Object)
            throw new BadEventException($"It is {BadEventException.Shown(json.GetRawText())}; it must be an object.");
        return Has("specversion") ? Enveloped(EventEnvelope.OfCloudEvent(json))
            : Has("eventType") ? Enveloped(EventEnvelope.OfEventGrid(json))
            : Records(json) is { } records ? records.EnumerateArray().SelectMany(S3Events.Read)
            : Has("detail-type") ? S3Events.ReadEventBridge(json)
            : Has("kind") && Has("url") ? [Plain(json)]
            : json.OptionalText("Event") == "s3:TestEvent" ? []
            : throw new BadEventException(
                "It has the form of no event; it must be of Event Grid, CloudEvents, S3 or MinIO, or in plain form (kind, url, time, id).");
    }

    private static IEnumerable<FileEvent> Enveloped(EventEnvelope envelope) =>
        AzureEvents.Knows(envelope.Type) ? AzureEvents.Read(envelope)
        : Records(envelope.Data) is { } records ? records.EnumerateArray().SelectMany(S3Events.Read)
        : envelope.Data.TryGetProperty("s3", out _) ? S3Events.Read(envelope.Data)
        : envelope.Data.TryGetProperty("detail-type", out _) ? S3Events.ReadEventBridge(envelope.Data)
        : throw new BadEventException($"The event type '{BadEventException.Shown(envelope.Type)}' is unknown; "
            + "it must be one of Microsoft.Storage, or the data must have an S3 record.");

    /// <summary>The plain form, for senders of one's own.</summary>
    private static FileEvent Plain(JsonElement json) => new()
    {
        Kind = json.Text("kind") switch
        {
            "created" => FileEventKind.Created,
            "deleted" => FileEventKind.Deleted,
            var other => throw BadEventException.Wrong("kind", other, "created or deleted"),
        },
        Folder = json.TryGetProperty("folder", out var folder) && folder.ValueKind == JsonValueKind.True,
        Url = json.Text("url"),
        Id = json.Text("id"),
        Time = json.Time("time"),
        Bytes = json.OptionalBytes("bytes"),
        ETag = json.OptionalText("eTag"),
        Sequencer = json.OptionalText("sequencer"),
        Traceparent = json.OptionalText("traceparent"),
    };
}

/// <summary>What a body told.</summary>
/// <param name="Ignored">Events that are known and tell of no whole file: an empty file was opened, a tier changed.</param>
public sealed record ParsedEvents(IReadOnlyList<FileEvent> Events, IReadOnlyList<RejectedEvent> Rejected, int Ignored)
{
    public static ParsedEvents Refused(string reason, ReadOnlyMemory<byte> body) => new([], [new RejectedEvent(null, reason, body)], 0);
}

/// <param name="Position">Which event of the body, from 0; null where it is the body as a whole.</param>
/// <param name="Reason">One line: what is wrong, where, and what it must be.</param>
public sealed record RejectedEvent(int? Position, string Reason, ReadOnlyMemory<byte> Body);
