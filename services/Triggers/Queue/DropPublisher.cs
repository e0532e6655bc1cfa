using Microsoft.Extensions.Options;
using Pipeline.Hosting.Bus;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Events;
using RabbitMQ.Client;

namespace Pipeline.Triggers.Queue;

/// <summary>Puts parsed events into the queue, and bad ones into the error queue. When a call ends, the broker has them on disk.</summary>
public sealed class DropPublisher(BrokerConnection broker, IOptions<DropsOptions> options, TimeProvider clock) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private IConnection? _connection;
    private IChannel? _channel;

    /// <exception cref="RabbitMQ.Client.Exceptions.RabbitMQClientException">Not all of them are in the queue.</exception>
    public async Task PublishAsync(ParsedEvents parsed, string? traceparent, CancellationToken cancellation)
    {
        var channel = await OpenAsync(cancellation);
        Dictionary<string, object?> Headers() => traceparent is null ? [] : new() { [DropQueues.TraceHeader] = traceparent };
        // Half of what a message may have: an event is far smaller than the other half.
        var good = NormalisedDrop.Messages(parsed.Events, options.Value.MaxMessageBytes / 2).Select(body => DropQueues.PublishAsync(
            channel, new BasicProperties { ContentType = NormalisedDrop.ContentType, Headers = Headers() }, body, cancellation));
        var bad = parsed.Rejected.Select(bad =>
            DropQueues.PublishErrorAsync(channel, bad.Body, bad.Reason, Headers(), clock.GetUtcNow(), cancellation));
        await Task.WhenAll([.. good, .. bad]);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _opening.Dispose();
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellation)
    {
        if (_channel is { IsOpen: true } open)
            return open;
        await _opening.WaitAsync(cancellation);
        try
        {
            if (_channel is not { IsOpen: true })
            {
                await CloseAsync();
                _connection = await broker.OpenAsync("pipeline drops", cancellation);
                _channel = await DropQueues.ConfirmedChannelAsync(_connection, cancellation);
            }

            return _channel;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _channel, null) is { } channel)
            await channel.DisposeAsync();
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
            await connection.DisposeAsync();
    }
}
