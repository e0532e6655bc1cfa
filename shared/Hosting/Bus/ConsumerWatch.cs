using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Hosting.Bus;

/// <summary>Ends the process, to be started again, when the broker answers and knows of no consumer of one of the stage's queues. One that
/// is lost, as when the broker is killed while it is being set up, does not come back, and messages would wait without an error.</summary>
public sealed class ConsumerWatch(
    BrokerConnection broker, BrokerReady ready, IOptions<BusOptions> options, TimeProvider clock, ILogger<ConsumerWatch> log, Stage stage)
    : BackgroundService
{
    /// <summary>Questions in the time that a queue may be without a consumer.</summary>
    private const int Checks = 6;

    /// <exception cref="PipelineException">A queue had no consumer for too long.</exception>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (stage == Stage.Triggers)
            return; // Its consumer leaves its queue on purpose while the store is out.
        await ready.WaitAsync(stoppingToken);
        var queues = StageQueues.Of(stage).ToDictionary(queue => queue, _ => 0);
        while (true)
        {
            await Task.Delay(options.Value.ConsumerPatience / Checks, clock, stoppingToken);
            var empty = await EmptyAsync(queues.Keys, stoppingToken);
            foreach (var queue in queues.Keys)
                queues[queue] = empty.Contains(queue) ? queues[queue] + 1 : 0;
            if (queues.FirstOrDefault(queue => queue.Value >= Checks) is { Key: { } forgotten })
            {
                throw new PipelineException(
                    $"For {options.Value.ConsumerPatience} RabbitMQ has known of no consumer of queue '{forgotten}', which this process "
                    + "should be one of. It ends, to be started again with consumers made anew.");
            }
        }
    }

    /// <returns>Queues without a consumer; none where the broker does not answer, so that the time begins anew.</returns>
    private async Task<IReadOnlyCollection<string>> EmptyAsync(IEnumerable<string> queues, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await broker.OpenAsync("pipeline consumer watch", cancellation);
            var empty = new List<string>();
            foreach (var queue in queues)
            {
                // The broker closes a channel on which a queue was asked for that is not there.
                await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
                if (await RabbitMqQueues.FindAsync(channel, queue, cancellation) is null or { ConsumerCount: 0 })
                    empty.Add(queue);
            }

            return empty;
        }
        catch (Exception error)
        when (!cancellation.IsCancellationRequested && (error is RabbitMQClientException || TransientFault.Is(error)))
        {
            log.LogDebug("RabbitMQ does not say who takes from its queues: {Why}", error.Message);
            return [];
        }
    }
}
