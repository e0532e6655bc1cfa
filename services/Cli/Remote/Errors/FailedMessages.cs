using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Cli.Remote.Errors;

/// <summary>Looks into the error queue of a queue. Messages are taken without acknowledgement, and those that stay are given back at once,
/// so they keep their order.</summary>
internal sealed class FailedMessages(IConnection connection, RunLedger ledger)
{
    public async Task<(IReadOnlyList<FailedMessage> Messages, long Count)> ReadAsync(string queue, int most, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        if (await RabbitMqQueues.FindAsync(channel, RabbitMqQueues.ErrorQueueOf(queue), cancellation) is not { MessageCount: var count })
            return ([], 0);
        var messages = new List<FailedMessage>();
        var last = 0UL;
        while (messages.Count < Math.Min(most, count) && await TakeAsync(channel, queue, cancellation) is { } taken)
        {
            messages.Add(FailedMessage.Of(queue, taken.BasicProperties, taken.Body));
            last = taken.DeliveryTag;
        }

        if (messages.Count > 0)
            await channel.BasicNackAsync(last, multiple: true, requeue: true, cancellation);
        return (messages, count);
    }

    /// <summary>Puts messages back into their queue. Each is acknowledged in the error queue only when the broker has it safe in its own: a
    /// kill in between leaves it in both, which the stages bear, and never in none.</summary>
    /// <returns>How many were put back, and how many others stay.</returns>
    /// <exception cref="PipelineException">The original queue is not there or takes nothing.</exception>
    public async Task<(int Replayed, int Left)> ReplayAsync(string queue, string? run, string? id, CancellationToken cancellation)
    {
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed, cancellation);
        if (await RabbitMqQueues.FindAsync(channel, RabbitMqQueues.ErrorQueueOf(queue), cancellation) is not { MessageCount: var count })
            return (0, 0);
        var (replayed, left, lastLeft) = (0, 0, 0UL);
        // No more than there were: what fails again meanwhile comes back behind them.
        while (replayed + left < count && await TakeAsync(channel, queue, cancellation) is { } taken)
        {
            var message = FailedMessage.Of(queue, taken.BasicProperties, taken.Body);
            if (message.Matches(run, id))
            {
                await PutBackAsync(channel, message, taken, cancellation);
                replayed++;
            }
            else
            {
                lastLeft = taken.DeliveryTag;
                left++;
            }
        }

        if (left > 0)
            await channel.BasicNackAsync(lastLeft, multiple: true, requeue: true, cancellation);
        return (replayed, left);
    }

    private static Task<BasicGetResult?> TakeAsync(IChannel channel, string queue, CancellationToken cancellation) =>
        channel.BasicGetAsync(RabbitMqQueues.ErrorQueueOf(queue), autoAck: false, cancellation);

    private async Task PutBackAsync(IChannel channel, FailedMessage message, BasicGetResult taken, CancellationToken cancellation)
    {
        // Before it is tried again: what the new try finds wrong must not be taken back.
        if (message.RunId is { } run)
            await ledger.TakeBackFailureAsync(run, cancellation);
        var headers = FaultHeaders.Without(taken.BasicProperties.Headers);
        var properties = new BasicProperties(taken.BasicProperties) { Headers = headers, Persistent = true };
        try
        {
            await channel.BasicPublishAsync("", message.Queue, mandatory: true, properties, taken.Body, cancellation);
        }
        catch (PublishException error)
        {
            throw new PipelineException(
                $"The broker does not take messages for the queue '{message.Queue}' "
                + $"({(error.IsReturn ? "there is no such queue" : error.Message)}); what was not replayed is where it was.", error);
        }

        await channel.BasicAckAsync(taken.DeliveryTag, multiple: false, cancellation);
    }
}
