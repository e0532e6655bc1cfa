using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Pipeline.Ingestion.Drops.Queue;

/// <summary>The queue that drop events wait in, and the one for what cannot be used.</summary>
public sealed class DropTopology(IOptions<DropsOptions> options)
{
    public const string Name = "drops";

    public const string ErrorName = "drops_error";

    /// <summary>Makes both where they are missing. A message that kills its process comes back so often, and then lies in the error queue.</summary>
    public async Task DeclareAsync(IChannel channel, CancellationToken cancellation)
    {
        await channel.QueueDeclareAsync(
            ErrorName, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: cancellation);
        await channel.QueueDeclareAsync(
            Name,
            durable: true,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?>
            {
                ["x-queue-type"] = "quorum",
                ["x-delivery-limit"] = options.Value.DeliveryLimit,
                ["x-dead-letter-exchange"] = "",
                ["x-dead-letter-routing-key"] = ErrorName,
            },
            cancellationToken: cancellation);
    }

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
