using Pipeline.Triggers.Queue;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pipeline.Tests.Benchmarks.Drops;

/// <summary>What cannot be beaten: the client takes the messages, does nothing with them, and acknowledges as rarely as the real consumer does.</summary>
internal static class RawConsumer
{
    public static async Task DrainAsync(IConnection connection, int messages, ushort prefetch, int batch)
    {
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, prefetch, global: false);
        var done = new TaskCompletionSource();
        var taken = 0;
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            if (++taken % batch == 0 || taken == messages)
            {
                await channel.BasicAckAsync(delivery.DeliveryTag, multiple: true);
            }

            if (taken == messages)
            {
                done.SetResult();
            }
        };
        await channel.BasicConsumeAsync(DropQueues.Name, autoAck: false, consumer);
        await done.Task;
    }
}
