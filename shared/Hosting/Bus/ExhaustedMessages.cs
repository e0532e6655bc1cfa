using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Hosting.Runs;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pipeline.Hosting.Bus;

/// <summary>Speaks for messages that could not speak for themselves: what was delivered as often as its queue allows, and ended no
/// consumer's work, was put into the <c>_error</c> queue by the broker. A copy of everything that goes there comes to this stage's own
/// queue; for those messages it tells that their run has failed.</summary>
public sealed class ExhaustedMessages(
    Stage stage, BrokerConnection broker, BrokerReady ready, RunLedger ledger, IBus bus, IOptions<BusOptions> options) : BackgroundService
{
    private const string FirstDeathReason = "x-first-death-reason";
    private const string FirstDeathQueue = "x-first-death-queue";
    private const string DeliveryLimitReached = "delivery_limit";

    /// <summary>The queue that the copies come to.</summary>
    public static string QueueOf(Stage stage) => $"{stage.Name()}-exhausted";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        await broker.UseAsync("pipeline exhausted messages", connection => ListenAsync(connection, stoppingToken), stoppingToken);
    }

    private async Task ListenAsync(IConnection connection, CancellationToken stoppingToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
        await channel.QueueDeclareAsync(
            QueueOf(stage), durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: stoppingToken);
        foreach (var queue in StageQueues.Of(stage).Select(RabbitMqQueues.ErrorQueueOf))
            await channel.QueueBindAsync(QueueOf(stage), queue, "", cancellationToken: stoppingToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => HandleAsync(channel, delivery);
        await channel.BasicQosAsync(0, 1, global: false, stoppingToken);
        await channel.BasicConsumeAsync(QueueOf(stage), autoAck: false, consumer, stoppingToken);
        await Task.Delay(Timeout.Infinite, stoppingToken);
    }

    private async Task HandleAsync(IChannel channel, BasicDeliverEventArgs delivery)
    {
        try
        {
            var headers = delivery.BasicProperties.Headers;
            if (AmqpHeaders.Text(headers, FirstDeathReason) == DeliveryLimitReached)
                await TellAsync(AmqpHeaders.Text(headers, FirstDeathQueue) ?? "", delivery.Body);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        }
        catch (Exception error) when (TransientFault.Is(error))
        {
            await channel.BasicNackAsync(delivery.DeliveryTag, multiple: false, requeue: true);
        }
    }

    private async Task TellAsync(string queue, ReadOnlyMemory<byte> body)
    {
        var reason =
            $"A message of '{queue}' was delivered more than {options.Value.DeliveryLimit} times and no consumer came to an end with it: "
            + "it may be what kills them.";
        var failed = new RunFailed(RunOfMessage.IdOf(body), stage, reason, RabbitMqQueues.ErrorQueueOf(queue));
        await ledger.RecordFailureAsync(failed);
        await bus.PublishInTimeAsync(failed);
    }
}
