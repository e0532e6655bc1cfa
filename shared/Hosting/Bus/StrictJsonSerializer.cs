using System.Globalization;
using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Hosting.Bus;

/// <summary>Plain JSON on the wire: the body is the message and nothing else, its type and times stand in headers, so any language can read
/// and send. What is too large, no JSON object, or of a newer format is refused with a line that says so.</summary>
internal sealed class StrictJsonSerializer(int maxBytes) : ISerializerFactory, IMessageDeserializer
{
    private readonly SystemTextJsonRawMessageSerializer _json = new(RawSerializerOptions.AddTransportHeaders);

    public ContentType ContentType => _json.ContentType;

    public IMessageSerializer CreateSerializer() => _json;

    public IMessageDeserializer CreateDeserializer() => this;

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        if (receiveContext.Body.Length is { } bytes && bytes > maxBytes)
        {
            throw new PipelineException(
                $"The message has {bytes} bytes; it must have at most {maxBytes} (Bus:MaxMessageBytes). A message "
                + "refers to data and does not carry them.");
        }

        if (receiveContext.TransportHeaders.TryGetHeader(MessageFormat.Header, out var written)
            && !(int.TryParse(Convert.ToString(written, CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture,
                out var format) && format is >= 1 and <= MessageFormat.Newest))
        {
            throw new PipelineException(
                $"The message's header {MessageFormat.Header} is '{written}'; this version reads 1 to {MessageFormat.Newest}. Update "
                + "this service, then replay the message.");
        }

        CheckType(receiveContext);
        CheckJson(receiveContext.Body.GetBytes());
        return _json.Deserialize(receiveContext);
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        _json.Deserialize(body, headers, destinationAddress);

    public MessageBody GetMessageBody(string text) => _json.GetMessageBody(text);

    public void Probe(ProbeContext context) => _json.Probe(context);

    /// <summary>A message may say what it is; then it must be what its queue takes.</summary>
    private static void CheckType(ReceiveContext context)
    {
        var queue = StageQueues.QueueOf(context);
        var taken = StageQueues.All.Where(feed => feed.Queue == queue).Select(feed => MessageUrn.ForTypeString(feed.Message)).ToList();
        var said = context.TransportHeaders.Get<string>(MessageHeaders.MessageType)?.Split(';') ?? [];
        if (said.Length > 0 && taken.Count > 0 && !said.Intersect(taken, StringComparer.OrdinalIgnoreCase).Any())
        {
            throw new PipelineException(
                $"The message says that it is {string.Join(", ", said)}; in '{queue}' it must be {string.Join(", ", taken)}, or have no "
                + $"header {MessageHeaders.MessageType}.");
        }
    }

    private static void CheckJson(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new PipelineException(
                    $"The message is a JSON {document.RootElement.ValueKind.ToString().ToLowerInvariant()}; it must be an object.");
            }
        }
        catch (JsonException error)
        {
            throw new PipelineException(
                $"The message is not JSON: {error.Message.ReplaceLineEndings(" ")} It must be a JSON object in UTF-8.");
        }
    }
}

/// <summary>The version of the messages' form, in a header of each: a message of a newer one is refused and kept, not misread.</summary>
public static class MessageFormat
{
    /// <summary>The newest that this version reads, and the one it writes. Version 2: encoders and trials no longer carry the references of
    /// the pseudo-labels. Version 3: a run may have several encoders, one for each pretraining seed.</summary>
    public const int Newest = 3;

    /// <summary>Header that holds it; where it is missing, the version is 1.</summary>
    public const string Header = "pipeline-format";

    /// <summary>Header with the time at which the message was sent, ISO 8601.</summary>
    public const string SentHeader = "pipeline-sent";
}
