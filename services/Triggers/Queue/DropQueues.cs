using Pipeline.Hosting.Bus;
using RabbitMQ.Client;

namespace Pipeline.Triggers.Queue;

/// <summary>The queue of drop events and its error queue. They are made like those of the stages, but read without MassTransit.</summary>
public static class DropQueues
{
    public const string Name = StageQueues.Drops;

    public const string TraceHeader = "traceparent";

    public static string ErrorName { get; } = RabbitMqQueues.ErrorQueueOf(Name);

    /// <summary>A channel on which a publish ends when the broker has the message on disk, and throws where it does not take it.</summary>
    public static Task<IChannel> ConfirmedChannelAsync(IConnection connection, CancellationToken cancellation) =>
        connection.CreateChannelAsync(new CreateChannelOptions(true, publisherConfirmationTrackingEnabled: true), cancellation);

    /// <summary>Durable once this ends.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.PublishException">The broker did not take it.</exception>
    public static async Task PublishAsync(
        IChannel channel, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        properties.Persistent = true;
        await channel.BasicPublishAsync("", Name, mandatory: true, properties, body, cancellation);
    }

    /// <summary>An entry of the error queue, under the headers of MassTransit, so that one tool can list every error queue.</summary>
    public static Task PublishErrorAsync(
        IChannel channel, ReadOnlyMemory<byte> body, string reason, IDictionary<string, object?>? headers, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            ContentType = "application/json",
            Headers = new Dictionary<string, object?>(headers ?? new Dictionary<string, object?>())
            {
                ["MT-Reason"] = "fault",
                ["MT-Fault-ExceptionType"] = "Pipeline.Triggers.BadDropEvent",
                ["MT-Fault-Message"] = reason,
                ["MT-Fault-Timestamp"] = now.ToString("O"),
                ["MT-Fault-InputAddress"] = $"queue:{Name}",
            },
        };
        return channel.BasicPublishAsync("", ErrorName, mandatory: true, properties, body, cancellation).AsTask();
    }
}
