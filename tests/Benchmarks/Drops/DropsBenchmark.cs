using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Blob;
using Pipeline.Hosting.Bus;
using Pipeline.Lake.Places;
using Pipeline.Tests.Servers;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Queue;
using Pipeline.Triggers.Recording;
using RabbitMQ.Client;

namespace Pipeline.Tests.Benchmarks.Drops;

/// <summary>From messages in the queue to records in the store, against a client that
/// only takes and acknowledges the same messages in the same run.</summary>
internal static class DropsBenchmark
{
    private const int Rounds = 3;

    public static async Task RunAsync()
    {
        await using var rabbit = await RabbitMqServer.StartAsync();
        await using var azurite = await AzuriteServer.StartAsync();
        Console.WriteLine("| messages | files/s to records | messages/s | raw client, messages/s | time over raw client |");
        Console.WriteLine("|---|---|---|---|---|");
        await CompareAsync(rabbit, azurite, messages: 20, events: 5000);
        await CompareAsync(rabbit, azurite, messages: 20_000, events: 1);
        ParseOnly();
    }

    private static async Task CompareAsync(RabbitMqServer rabbit, AzuriteServer azurite, int messages, int events)
    {
        var bodies = DropMessages.Create(messages, events);
        var raw = new List<double>();
        var recorded = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var bus = new BusOptions
            {
                Host = rabbit.Host,
                Port = rabbit.Port,
                User = rabbit.User,
                Password = rabbit.Password,
                VirtualHost = await rabbit.CreateVirtualHostAsync()
            };
            await using var run = await QueueRun.OpenAsync(bus, azurite);
            await run.PublishAsync(bodies);
            raw.Add(await run.RawAsync(messages));
            await run.PublishAsync(bodies);
            recorded.Add(await run.RecordAsync(messages * events));
        }

        // The first round warms up.
        var (ours, theirs) = (Median(recorded.Skip(1)), Median(raw.Skip(1)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {messages} × {events} events | {messages * events / ours:F0} | {messages / ours:F0} | {messages / theirs:F0} | "
            + $"{ours / theirs:F2} |"));
    }

    private static void ParseOnly()
    {
        var parser = QueueRun.Parser(Options.Create(new DropsOptions()));
        var body = DropMessages.Create(1, 5000)[0];
        var best = Enumerable.Range(0, 10).Min(_ =>
        {
            var clock = Stopwatch.StartNew();
            parser.Parse(body);
            return clock.Elapsed.TotalSeconds;
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Parsing alone, one core: {5000 / best:F0} files/s."));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    /// <summary>A virtual host and a store for one round.</summary>
    private sealed class QueueRun(IConnection connection, IChannel channel, BusOptions bus, DropsOptions drops, AzuriteServer azurite)
        : IAsyncDisposable
    {
        private const int InFlight = 100;

        public static async Task<QueueRun> OpenAsync(BusOptions bus, AzuriteServer azurite)
        {
            // Messages of 5,000 events have some 4 MB.
            var drops = new DropsOptions { MaxMessageBytes = 16 << 20 };
            var connection = await Broker(bus).OpenAsync("benchmark", default);
            var channel = await DropQueues.ConfirmedChannelAsync(connection, default);
            await BrokerTopology.DeclareAsync(channel, DropQueues.Name, bus, default);
            return new QueueRun(connection, channel, bus, drops, azurite);
        }

        public static EventParser Parser(IOptions<DropsOptions> drops)
        {
            var lakes = new LakeLocations(Options.Create(new LakeOptions { Locations = [new LakeLocation { Url = DropMessages.Container }] }));
            return new EventParser(new EventPlaces(lakes, drops));
        }

        public async Task PublishAsync(IReadOnlyList<byte[]> bodies)
        {
            foreach (var chunk in bodies.Chunk(InFlight))
                await Task.WhenAll(chunk.Select(body => DropQueues.PublishAsync(channel, new BasicProperties(), body, default)));
        }

        public async Task<double> RawAsync(int messages)
        {
            var clock = Stopwatch.StartNew();
            await RawConsumer.DrainAsync(connection, messages, (ushort)drops.Prefetch, drops.BatchMessages);
            return clock.Elapsed.TotalSeconds;
        }

        public async Task<double> RecordAsync(int files)
        {
            var folder = Directory.CreateTempSubdirectory("pipeline-").FullName;
            try
            {
                var settings = new StoreOptions
                {
                    Blob = { ConnectionString = azurite.ConnectionString, Container = $"drops-{Guid.NewGuid():n}" },
                    Cache = new() { Folder = folder },
                };
                using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
                var store = new BlobArtifactStore(settings, NullLoggerFactory.Instance, meters.GetRequiredService<IMeterFactory>(),
                    TimeProvider.System);
                var options = Options.Create(drops);
                var ready = new BrokerReady();
                ready.Tell();
                using var consumer = new DropConsumer(
                    Broker(bus), ready, Parser(options), new DropRecorder(store), options, TimeProvider.System,
                    NullLogger<DropConsumer>.Instance);
                var clock = Stopwatch.StartNew();
                await consumer.StartAsync(default);
                var counted = new Dictionary<string, int>();
                while (counted.Values.Sum() < files)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(10));
                    await foreach (var info in store.ListAsync(DropKeys.Pending).Where(info => !counted.ContainsKey(info.Key)))
                    {
                        await using var stream = await store.OpenReadAsync(info.Key);
                        using var reader = new StreamReader(stream);
                        counted[info.Key] = (await reader.ReadToEndAsync()).AsSpan().Count('\n');
                    }
                }

                var seconds = clock.Elapsed.TotalSeconds;
                await consumer.StopAsync(default);
                return seconds;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync();
            await connection.DisposeAsync();
        }

        private static BrokerConnection Broker(BusOptions bus) =>
            new(Options.Create(bus), NullLogger<BrokerConnection>.Instance, TimeProvider.System);
    }
}
