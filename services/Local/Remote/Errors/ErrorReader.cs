using Pipeline.Hosting.Bus;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Local.Remote.Errors;

/// <summary>Looks into error queues. What is looked at is taken without acknowledgement and given back all at once, so it stays where it was and in its order.</summary>
internal sealed class ErrorReader(IConnection connection)
{
    /// <param name="most">Messages of a queue, from its start.</param>
    /// <returns>The messages, and how many lie in the queue.</returns>
    public async Task<(IReadOnlyList<FailedMessage> Messages, long Count)> ReadAsync(string queue, int most, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        if (await CountAsync(channel, queue, cancellation) is not { } count)
        {
            return ([], 0);
        }

        var messages = new List<FailedMessage>();
        var last = 0UL;
        while (messages.Count < Math.Min(most, count) && await channel.BasicGetAsync(RabbitMqQueues.ErrorQueueOf(queue), autoAck: false, cancellation) is { } taken)
        {
            messages.Add(FailedMessage.Of(queue, taken.BasicProperties, taken.Body));
            last = taken.DeliveryTag;
        }

        if (messages.Count > 0)
        {
            await channel.BasicNackAsync(last, multiple: true, requeue: true, cancellation);
        }

        return (messages, count);
    }

    /// <summary>How many messages wait in the queue's error queue; null where there is no such queue yet. The channel is closed then.</summary>
    public static async Task<uint?> CountAsync(IChannel channel, string queue, CancellationToken cancellation)
    {
        try
        {
            return (await channel.QueueDeclarePassiveAsync(RabbitMqQueues.ErrorQueueOf(queue), cancellation)).MessageCount;
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }
}
