using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Pipeline.Hosting.Bus;

/// <summary>Exchanges, queues and bindings of all stages, as MassTransit would make them, made before the first message is sent.</summary>
public sealed class BrokerTopology(BrokerConnection broker, IOptions<BusOptions> options)
{
    /// <summary>Waits for the broker, then declares what is not there. What is there already stays as it is.</summary>
    public Task DeployAsync(CancellationToken cancellation) => broker.UseAsync(
        "pipeline topology", connection => options.Value.DeployTopology ? DeclareAsync(connection, cancellation) : Task.CompletedTask, cancellation);

    /// <summary>A queue with its error queue, and an exchange of its name in front of each.</summary>
    public static async Task DeclareAsync(IChannel channel, string queue, BusOptions options, CancellationToken cancellation)
    {
        await DeclareAsync(RabbitMqQueues.ErrorQueueOf(queue), RabbitMqQueues.ErrorArguments());
        await DeclareAsync(queue, RabbitMqQueues.ArgumentsOf(queue, options));

        async Task DeclareAsync(string name, Dictionary<string, object?> arguments)
        {
            await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation);
            await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
            await channel.QueueBindAsync(name, name, "", cancellationToken: cancellation);
        }
    }

    private async Task DeclareAsync(IConnection connection, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        foreach (var queue in StageQueues.All.DistinctBy(queue => queue.Queue))
        {
            await DeclareAsync(channel, queue.Queue, options.Value, cancellation);
        }

        foreach (var queue in StageQueues.All)
        {
            await channel.ExchangeDeclareAsync(queue.MessageExchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation);
            await channel.ExchangeBindAsync(queue.Queue, queue.MessageExchange, "", cancellationToken: cancellation);
        }
    }
}
