using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Hosting.Bus;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Recording;
using Polly;
using Polly.Retry;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pipeline.Triggers.Queue;

/// <summary>
/// Messages in, batches to the recorder, then one acknowledgement for the whole batch. What is bad goes to the error queue first, confirmed. While the store takes
/// nothing, the channel is closed, so the broker hands the messages to others or keeps them, and the batch in hand is tried until it is recorded.
/// </summary>
public sealed class DropConsumer(
    BrokerConnection broker, DropTopology topology, EventParser parser, DropRecorder recorder, IOptions<DropsOptions> options, TimeProvider clock, ILogger<DropConsumer> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What ends a connection ends the session; the next one begins after a pause that grows.
        var sessions = Retrying("The queue of drops is out of reach; trying again in {Pause}.", onRetry: null);
        while (!stoppingToken.IsCancellationRequested)
        {
            await sessions.ExecuteAsync(async token => await ConsumeAsync(token), stoppingToken);
        }
    }

    private async Task ConsumeAsync(CancellationToken cancellation)
    {
        await using var connection = await broker.OpenAsync("pipeline drops", cancellation);
        await using var channel = await DropTopology.ConfirmedChannelAsync(connection, cancellation);
        await topology.DeclareAsync(channel, cancellation);
        await channel.BasicQosAsync(0, (ushort)options.Value.Prefetch, global: false, cancellation);
        var waiting = Channel.CreateUnbounded<DropMessage>(); // No more than the prefetch.
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            waiting.Writer.TryWrite(DropMessage.Of(delivery));
            return Task.CompletedTask;
        };
        channel.ChannelShutdownAsync += (_, _) =>
        {
            waiting.Writer.TryComplete();
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) =>
        {
            waiting.Writer.TryComplete();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(DropTopology.Queue, autoAck: false, consumer, cancellation);
        while (channel.IsOpen && await waiting.Reader.WaitToReadAsync(cancellation))
        {
            await RecordAsync(channel, await BatchAsync(waiting.Reader, cancellation), cancellation);
        }
    }

    /// <summary>What waits, and what comes within the time that it may wait for.</summary>
    private async Task<List<DropMessage>> BatchAsync(ChannelReader<DropMessage> waiting, CancellationToken cancellation)
    {
        var settings = options.Value;
        var batch = new List<DropMessage>();
        var bytes = 0L;
        using var time = new CancellationTokenSource(settings.BatchWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, time.Token);
        do
        {
            while (batch.Count < settings.BatchMessages && bytes < settings.BatchBytes && waiting.TryRead(out var message))
            {
                batch.Add(message);
                bytes += message.Body.Length;
            }
        }
        while (batch.Count < settings.BatchMessages && bytes < settings.BatchBytes && await MoreAsync(waiting, either.Token, cancellation));

        return batch;
    }

    private static async Task<bool> MoreAsync(ChannelReader<DropMessage> waiting, CancellationToken either, CancellationToken cancellation)
    {
        try
        {
            return await waiting.WaitToReadAsync(either);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false; // Enough waited.
        }
    }

    private async Task RecordAsync(IChannel channel, List<DropMessage> batch, CancellationToken cancellation)
    {
        var events = new List<FileEvent>();
        var errors = new List<Task>();
        foreach (var message in batch)
        {
            var parsed = message.Parse(parser, options.Value.MaxMessageBytes);
            events.AddRange(parsed.Events);
            errors.AddRange(parsed.Rejected.Select(bad => DropError.PublishAsync(channel, bad.Body, bad.Reason, message.Headers, clock, cancellation)));
        }

        await Task.WhenAll(errors);
        var store = Retrying(
            "The store takes no record of drops; trying again in {Pause}.",
            onRetry: async () =>
            {
                if (channel.IsOpen)
                {
                    await channel.CloseAsync(cancellation);
                }
            });
        await store.ExecuteAsync(async token => await recorder.RecordAsync(events, token), cancellation);
        if (channel.IsOpen)
        {
            await channel.BasicAckAsync(batch[^1].Tag, multiple: true, cancellation);
        }
    }

    private ResiliencePipeline Retrying(string warning, Func<Task>? onRetry) =>
        new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is not null && !attempt.Context.CancellationToken.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.Value.Pause,
                MaxDelay = options.Value.MaxPause,
                OnRetry = async retry =>
                {
                    logger.LogWarning(retry.Outcome.Exception, "{Warning}", warning.Replace("{Pause}", retry.RetryDelay.ToString(), StringComparison.Ordinal));
                    if (onRetry is not null)
                    {
                        await onRetry();
                    }
                },
            })
            .Build();
}

/// <summary>An entry of the error queue, under the headers that MassTransit uses, so that one tool can list every error queue.</summary>
public static class DropError
{
    private const string ExceptionType = "Pipeline.Ingestion.Drops.BadDropEvent";

    /// <param name="reason">One line.</param>
    /// <param name="headers">Of the message that it came in.</param>
    public static Task PublishAsync(
        IChannel channel, ReadOnlyMemory<byte> body, string reason, IDictionary<string, object?>? headers, TimeProvider clock, CancellationToken cancellation)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            Headers = new Dictionary<string, object?>(headers ?? new Dictionary<string, object?>())
            {
                ["MT-Reason"] = "fault",
                ["MT-Fault-ExceptionType"] = ExceptionType,
                ["MT-Fault-Message"] = reason,
                ["MT-Fault-Timestamp"] = clock.GetUtcNow().ToString("O"),
                ["MT-Fault-InputAddress"] = $"queue:{DropTopology.Queue}",
            },
        };
        return DropTopology.PublishAsync(channel, DropTopology.ErrorQueue, properties, body, cancellation);
    }
}
