using Pipeline.Hosting.Bus;
using RabbitMQ.Client;

namespace Pipeline.Triggers.Queue;

/// <summary>The queue of drop events and its error queue. They are made like those of the stages, but read without MassTransit.</summary>
public static class DropQueues
{
    public const string Name = StageQueues.Drops;

    /// <summary>Header with the W3C trace context.</summary>
    public const string TraceHeader = "traceparent";

    private const string ExceptionType = "Pipeline.Triggers.BadDropEvent";

    public static string ErrorName { get; } = RabbitMqQueues.ErrorQueueOf(Name);

    /// <summary>A channel on which a publish ends when the broker has the message on disk, and throws where it does not take it.</summary>
    public static Task<IChannel> ConfirmedChannelAsync(IConnection connection, CancellationToken cancellation) =>
        connection.CreateChannelAsync(new CreateChannelOptions(true, publisherConfirmationTrackingEnabled: true), cancellation);

    /// <summary>Durable once this ends.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.PublishException">The broker did not take it.</exception>
    public static Task PublishAsync(
        IChannel channel, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        PublishAsync(channel, Name, properties, body, cancellation);

    /// <summary>An entry of the error queue, under the headers of MassTransit, so that one tool can list every error queue.</summary>
    /// <param name="reason">One line.</param>
    /// <param name="headers">Of the message that it came in.</param>
    public static Task PublishErrorAsync(
        IChannel channel, ReadOnlyMemory<byte> body, string reason, IDictionary<string, object?>? headers, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            Headers = new Dictionary<string, object?>(headers ?? new Dictionary<string, object?>())
            {
                ["MT-Reason"] = "fault",
                ["MT-Fault-ExceptionType"] = ExceptionType,
                ["MT-Fault-Message"] = reason,
                ["MT-Fault-Timestamp"] = now.ToString("O"),
                ["MT-Fault-InputAddress"] = $"queue:{Name}",
            },
        };
        return PublishAsync(channel, ErrorName, properties, body, cancellation);
    }

    private static async Task PublishAsync(
        IChannel channel, string queue, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        properties.Persistent = true;
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body, cancellation);
    }
}
