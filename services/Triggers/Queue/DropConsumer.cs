using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Hosting.Bus;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Recording;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pipeline.Triggers.Queue;

/// <summary>Messages in, batches to the recorder, then one acknowledgement for the whole batch. What is bad goes to the error queue first.
/// While the store takes nothing, the channel is closed, so that others get the messages, and the batch in hand is tried again.</summary>
public sealed class DropConsumer(
    BrokerConnection broker, BrokerReady ready, EventParser parser, DropRecorder recorder, IOptions<DropsOptions> options,
    TimeProvider clock, ILogger<DropConsumer> logger) : BackgroundService
{
    private readonly DropsOptions _options = options.Value;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        // What ends a connection ends the session; the next one begins after a pause that grows.
        var sessions = DropRetry.Create(_options, clock, logger, "The queue of drops is out of reach");
        while (!stoppingToken.IsCancellationRequested)
            await sessions.ExecuteAsync(async token => await ConsumeAsync(token), stoppingToken);
    }

    private async Task ConsumeAsync(CancellationToken cancellation)
    {
        await using var connection = await broker.OpenAsync("pipeline drops", cancellation);
        await using var channel = await DropQueues.ConfirmedChannelAsync(connection, cancellation);
        await channel.BasicQosAsync(0, (ushort)_options.Prefetch, global: false, cancellation);
        var waiting = Channel.CreateUnbounded<DropMessage>(); // No more than the prefetch.
        Task EndAsync(object sender, AsyncEventArgs args)
        {
            waiting.Writer.TryComplete();
            return Task.CompletedTask;
        }

        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            waiting.Writer.TryWrite(DropMessage.Of(delivery));
            return Task.CompletedTask;
        };
        channel.ChannelShutdownAsync += EndAsync;
        consumer.UnregisteredAsync += EndAsync;
        await channel.BasicConsumeAsync(DropQueues.Name, autoAck: false, consumer, cancellation);
        while (channel.IsOpen && await waiting.Reader.WaitToReadAsync(cancellation))
            await RecordAsync(channel, await BatchAsync(waiting.Reader, cancellation), cancellation);
    }

    /// <summary>What waits, and what comes within the time that it may wait for.</summary>
    private async Task<List<DropMessage>> BatchAsync(ChannelReader<DropMessage> waiting, CancellationToken cancellation)
    {
        var batch = new List<DropMessage>();
        var bytes = 0L;
        using var time = new CancellationTokenSource(_options.BatchWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, time.Token);
        bool HasRoom() => batch.Count < _options.BatchMessages && bytes < _options.BatchBytes;
        do
        {
            while (HasRoom() && waiting.TryRead(out var message))
            {
                batch.Add(message);
                bytes += message.Body.Length;
            }
        }
        while (HasRoom() && await MoreAsync(waiting, either.Token, cancellation));

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
            var parsed = message.Parse(parser, _options.MaxMessageBytes);
            events.AddRange(parsed.Events);
            errors.AddRange(parsed.Rejected.Select(bad =>
                DropQueues.PublishErrorAsync(channel, bad.Body, bad.Reason, message.Headers, clock.GetUtcNow(), cancellation)));
        }

        await Task.WhenAll(errors);
        var store = DropRetry.Create(_options, clock, logger, "The store takes no record of drops", onRetry: async () =>
        {
            if (channel.IsOpen)
                await channel.CloseAsync(cancellation);
        });
        await store.ExecuteAsync(async token => await recorder.RecordAsync(events, token), cancellation);
        if (channel.IsOpen)
            await channel.BasicAckAsync(batch[^1].Tag, multiple: true, cancellation);
    }
}

/// <summary>A message of the queue, with a body of its own.</summary>
internal sealed record DropMessage(ulong Tag, ReadOnlyMemory<byte> Body, string? ContentType, IDictionary<string, object?>? Headers)
{
    /// <summary>The client takes the body back when its handler returns.</summary>
    public static DropMessage Of(BasicDeliverEventArgs delivery) =>
        new(delivery.DeliveryTag, delivery.Body.ToArray(), delivery.BasicProperties.ContentType, delivery.BasicProperties.Headers);

    /// <summary>The webhook's messages are parsed already; others come from any sender in any form.</summary>
    public ParsedEvents Parse(EventParser parser, int maxBytes)
    {
        if (Body.Length > maxBytes)
            return ParsedEvents.Refused(
                $"The message has {Body.Length} bytes; it must have at most {maxBytes} ('Drops:MaxMessageBytes').", Body);
        var traceparent = AmqpHeaders.Text(Headers, DropQueues.TraceHeader);
        return ContentType == NormalisedDrop.ContentType
            ? parser.ParseNormalised(Body, traceparent)
            : parser.Parse(Body, BinaryCloudEvent.FromAmqp(Headers), traceparent);
    }
}
