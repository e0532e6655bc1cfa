using Microsoft.Extensions.Options;
using Pipeline.Hosting.Bus;
using RabbitMQ.Client;

namespace Pipeline.Ingestion.Drops.Queue;

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
