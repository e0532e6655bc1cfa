using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Hosting.Bus;

/// <summary>
/// Ends the process when the broker answers and yet knows of nobody who takes from one of the stage's queues: a consumer that was lost on the way, as can happen when the broker
/// is killed while it is being set up, does not come back, and messages would wait without an error anywhere. What starts the process again makes its consumers anew.
/// </summary>
public sealed class ConsumerWatch(BrokerConnection broker, BrokerReady ready, IOptions<BusOptions> options, TimeProvider clock, Stage stage) : BackgroundService
{
    /// <summary>Questions in the time that a queue may be without a consumer.</summary>
    private const int Checks = 6;

    /// <exception cref="PipelineException">A queue had no consumer for too long.</exception>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        var queues = StageQueues.All.Where(feed => feed.Stage == stage).Select(feed => feed.Queue).Distinct().ToDictionary(queue => queue, _ => 0);
        while (true)
        {
            await Task.Delay(options.Value.ConsumerPatience / Checks, clock, stoppingToken);
            await broker.UseAsync("pipeline consumer watch", connection => CheckAsync(connection, queues, stoppingToken), stoppingToken);
            if (queues.FirstOrDefault(queue => queue.Value >= Checks) is { Key: { } queue })
            {
                throw new PipelineException($"For {options.Value.ConsumerPatience} RabbitMQ has known of no consumer of queue '{queue}', which this process should be one of. It ends, to be started again with consumers made anew.");
            }
        }
    }

    /// <param name="queues">How often in a row each was found without a consumer.</param>
    private static async Task CheckAsync(IConnection connection, Dictionary<string, int> queues, CancellationToken cancellation)
    {
        foreach (var queue in queues.Keys)
        {
            queues[queue] = await ConsumersAsync(connection, queue, cancellation) == 0 ? queues[queue] + 1 : 0;
        }
    }

    private static async Task<uint> ConsumersAsync(IConnection connection, string queue, CancellationToken cancellation)
    {
        // The broker closes a channel on which a queue was asked for that is not there.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        try
        {
            return await channel.ConsumerCountAsync(queue, cancellation);
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return 0;
        }
    }
}
