using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Hosting.Bus;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Events;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pipeline.Triggers.Queue;

/// <summary>Puts events into the queue, in the plain form, and what is bad into the error queue. When a call ends, the broker has them on disk.</summary>
public sealed class DropPublisher(BrokerConnection broker, DropTopology topology, IOptions<DropsOptions> options, TimeProvider clock) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private IConnection? _connection;
    private IChannel? _channel;

    /// <exception cref="RabbitMQ.Client.Exceptions.RabbitMQClientException">The broker is out of reach or does not take them; some may be in the queue.</exception>
    public async Task PublishAsync(ParsedEvents parsed, string? traceparent, CancellationToken cancellation)
    {
        var channel = await OpenAsync(cancellation);
        var headers = traceparent is null ? null : new Dictionary<string, object?> { [DropMessage.TraceHeader] = traceparent };
        var sent = Messages(parsed.Events)
            .Select(body => DropTopology.PublishAsync(
                channel, DropTopology.Queue, new BasicProperties { ContentType = "application/json", Headers = headers is null ? null : new Dictionary<string, object?>(headers) }, body, cancellation))
            .Concat(parsed.Rejected.Select(bad => DropError.PublishAsync(channel, bad.Body, bad.Reason, headers, clock, cancellation)));
        await Task.WhenAll([.. sent]);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _opening.Dispose();
    }

    /// <summary>Arrays of at most half of what a message may have; an event is far smaller than the other half.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> Messages(IReadOnlyList<FileEvent> events)
    {
        var body = new StringBuilder();
        foreach (var found in events)
        {
            body.Append(body.Length == 0 ? '[' : ',').Append(JsonSerializer.Serialize(found, PipelineJson.Compact));
            if (body.Length >= options.Value.MaxMessageBytes / 4)
            {
                yield return Take(body);
            }
        }

        if (body.Length > 0)
        {
            yield return Take(body);
        }
    }

    private static byte[] Take(StringBuilder body)
    {
        var bytes = Encoding.UTF8.GetBytes(body.Append(']').ToString());
        body.Clear();
        return bytes;
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellation)
    {
        if (_channel is { IsOpen: true } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellation);
        try
        {
            if (_channel is not { IsOpen: true })
            {
                await CloseAsync();
                _connection = await broker.OpenAsync("pipeline drops", cancellation);
                var channel = await DropTopology.ConfirmedChannelAsync(_connection, cancellation);
                await topology.DeclareAsync(channel, cancellation);
                _channel = channel;
            }

            return _channel;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task CloseAsync()
    {
        if (_channel is { } channel)
        {
            _channel = null;
            await channel.DisposeAsync();
        }

        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}

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

/// <summary>The queue that drop events wait in, and the one for what cannot be used. They are made like those of the stages, but read without MassTransit.</summary>
public sealed class DropTopology(IOptions<BusOptions> bus)
{
    public const string Queue = "drops";

    public static string ErrorQueue { get; } = RabbitMqQueues.ErrorQueueOf(Queue);

    /// <summary>Makes both where they are missing. A message that kills its process comes back so often, and then lies in the error queue.</summary>
    public Task DeclareAsync(IChannel channel, CancellationToken cancellation) =>
        bus.Value.DeployTopology ? BrokerTopology.DeclareAsync(channel, Queue, bus.Value, cancellation) : Task.CompletedTask;

    /// <summary>A channel on which a publish ends when the broker has the message on disk, and throws where it does not take it.</summary>
    public static Task<IChannel> ConfirmedChannelAsync(IConnection connection, CancellationToken cancellation) =>
        connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);

    /// <summary>Durable once this ends.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.PublishException">The broker did not take it.</exception>
    public static async Task PublishAsync(IChannel channel, string queue, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        properties.Persistent = true;
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body, cancellation);
    }
}
