using Pipeline.Hosting.Bus;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pipeline.Tests.Chaos;

/// <summary>Listens to every message that stages publish, and plays some again.</summary>
public sealed class Tap : IAsyncDisposable
{
    private const string Queue = "chaos-tap";
    private const string EventsQueue = "chaos-events";

    private static readonly CreateChannelOptions Confirmed =
        new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly List<(string Exchange, BasicProperties Properties, byte[] Body)> _heard = [];
    private readonly Dictionary<string, int> _events = [];

    private Tap(IConnection connection, IChannel channel)
    {
        this._connection = connection;
        this._channel = channel;
    }

    /// <summary>How often each kind of outgoing event came, by routing key.</summary>
    public IReadOnlyDictionary<string, int> Events => _events;

    /// <param name="before">What is to be known from an earlier tap, whose connection is gone.</param>
    public static async Task<Tap> OpenAsync(ConnectionFactory factory, Tap? before = null)
    {
        var connection = await factory.CreateConnectionAsync();
        var tap = new Tap(connection, await connection.CreateChannelAsync(Confirmed));
        if (before is not null)
        {
            tap._heard.AddRange(before._heard);
            foreach (var (key, count) in before._events)
            {
                tap._events[key] = count;
            }
        }

        await tap.ListenAsync();
        return tap;
    }

    /// <summary>Publishes one of the messages heard so far once more, <paramref name="times"/> times.</summary>
    /// <returns>Its exchange; null when nothing was heard yet.</returns>
    public async Task<string?> RepeatAsync(double pick, string? service, int times)
    {
        List<(string Exchange, BasicProperties Properties, byte[] Body)> known;
        lock (_heard)
        {
            known = [.. _heard.Where(message => service is null
                || StageQueues.All.Any(feed => feed.MessageExchange == message.Exchange && feed.Stage.ToString() == service))];
        }

        if (known.Count == 0)
            return null;

        var (exchange, properties, body) = known[(int)(pick * known.Count)];
        for (var time = 0; time < times; time++)
            await _channel.BasicPublishAsync(exchange, "", mandatory: false, properties, body);

        return exchange;
    }

    /// <summary>Takes what waits in the fullest queue and puts it back the other way round.</summary>
    /// <returns>How many messages changed places.</returns>
    public async Task<int> ReorderAsync(int most)
    {
        var fullest = "";
        var longest = 1u;
        foreach (var queue in StageQueues.All.Select(feed => feed.Queue).Distinct())
        {
            var count = await _channel.MessageCountAsync(queue);
            (fullest, longest) = count > longest ? (queue, count) : (fullest, longest);
        }

        if (fullest.Length == 0)
            return 0;

        var taken = new List<BasicGetResult>();
        while (taken.Count < most && await _channel.BasicGetAsync(fullest, autoAck: false) is { } message)
            taken.Add(message);

        foreach (var message in Enumerable.Reverse(taken))
        {
            await _channel.BasicPublishAsync("", fullest, mandatory: true, new BasicProperties(message.BasicProperties), message.Body);
            await _channel.BasicAckAsync(message.DeliveryTag, multiple: false);
        }

        return taken.Count;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task ListenAsync()
    {
        await DeclareAsync(Queue);
        foreach (var exchange in StageQueues.All.Select(feed => feed.MessageExchange).Distinct())
        {
            await _channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
            await _channel.QueueBindAsync(Queue, exchange, "");
        }

        await DeclareAsync(EventsQueue);
        await _channel.ExchangeDeclareAsync(Hosting.Events.OutgoingEventsConsumer.Exchange, ExchangeType.Topic, durable: true);
        await _channel.QueueBindAsync(EventsQueue, Hosting.Events.OutgoingEventsConsumer.Exchange, "#");

        await ConsumeAsync(Queue, delivery =>
        {
            lock (_heard)
                _heard.Add((delivery.Exchange, new BasicProperties(delivery.BasicProperties), delivery.Body.ToArray()));
        });
        await ConsumeAsync(EventsQueue, delivery =>
        {
            lock (_events)
                _events[delivery.RoutingKey] = _events.GetValueOrDefault(delivery.RoutingKey) + 1;
        });
    }

    private async Task DeclareAsync(string queue) => await _channel.QueueDeclareAsync(
        queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });

    private async Task ConsumeAsync(string queue, Action<BasicDeliverEventArgs> hear)
    {
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            hear(delivery);
            await _channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        await _channel.BasicConsumeAsync(queue, autoAck: false, consumer);
    }
}
