using System.Text;
using Pipeline.Ingestion.Drops.Events;
using RabbitMQ.Client.Events;

namespace Pipeline.Ingestion.Drops.Queue;

/// <summary>A message of the queue, with a body of its own.</summary>
internal sealed record DropMessage(ulong Tag, ReadOnlyMemory<byte> Body, IDictionary<string, object?>? Headers)
{
    public const string TraceHeader = "traceparent";

    /// <summary>The client takes the body back when its handler returns.</summary>
    public static DropMessage Of(BasicDeliverEventArgs delivery) => new(delivery.DeliveryTag, delivery.Body.ToArray(), delivery.BasicProperties.Headers);

    public ParsedEvents Parse(EventParser parser, int maxBytes) => Body.Length > maxBytes
        ? new ParsedEvents([], [new RejectedEvent(null, $"The message has {Body.Length} bytes; valid are up to {maxBytes} ('Drops:MaxMessageBytes').", Body)], 0)
        : parser.Parse(Body, CloudEventAttributes.FromAmqp(Headers), Traceparent);

    private string? Traceparent => Headers is not null && Headers.TryGetValue(TraceHeader, out var value)
        ? value switch { byte[] text => Encoding.UTF8.GetString(text), string text => text, _ => null }
        : null;
}
