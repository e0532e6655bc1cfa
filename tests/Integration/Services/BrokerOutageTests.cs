using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Hosting.Bus;
using Pipeline.Tests.Servers;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace Pipeline.Tests.Integration.Services;

public sealed class BrokerOutageTests(SharedServers servers)
{
    [Fact]
    public async Task A_service_waits_for_a_broker_that_is_not_there_says_so_and_goes_on_when_it_comes()
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await using var fleet = await RunningFleet.OpenAsync(broker, await servers.AzuriteAsync());
        await broker.KillAsync();

        var ready = fleet.Fleet.StartAsync("PseudoLabels");
        var service = fleet.Fleet.Processes.Single();
        using var client = new HttpClient { BaseAddress = new Uri($"http://localhost:{service.Port}") };
        await RunningFleet.SeeAsync("an answer that it lives", async () => await StatusAsync(client, "/health/live") == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client, "/health/ready"));
        await RunningFleet.SeeAsync("a line that says what it waits for", () => Task.FromResult(
            fleet.Log("PseudoLabels")
            .Any(line => line.GetProperty("@mt").GetString()!.StartsWith("Waiting for RabbitMQ at", StringComparison.Ordinal))));

        await broker.StartAgainAsync();
        await ready;
        Assert.False(service.HasExited);
    }

    [Fact]
    public async Task A_service_that_the_broker_has_forgotten_ends_to_be_started_again_and_no_other_does()
    {
        var patience = TimeSpan.FromSeconds(6);
        var broker = await servers.RabbitMqAsync();
        var virtualHost = await broker.CreateVirtualHostAsync();
        await using var fleet =
            await RunningFleet.OpenAsync(broker, await servers.AzuriteAsync(), virtualHost,
                change: ("Bus__ConsumerPatience", $"{patience}"));
        await fleet.Fleet.StartAllAsync();
        await Task.Delay(2 * patience, TestContext.Current.CancellationToken);
        Assert.All(fleet.Fleet.Processes, process => Assert.False(process.HasExited, process.Service));

        await broker.ForgetConsumersAsync(virtualHost, "label-shard");

        var forgotten = fleet.Fleet.Processes.Single(process => process.Service == "PseudoLabels");
        await RunningFleet.SeeAsync("the end of the process", () => Task.FromResult(forgotten.HasExited));
        Assert.Equal(1, forgotten.ExitCode);
        Assert.Contains(fleet.Log("PseudoLabels"), line => line.ToString()
            .Contains("no consumer of queue 'label-shard'", StringComparison.Ordinal));
        Assert.All(fleet.Fleet.Processes, process => Assert.Equal(process == forgotten, process.HasExited));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(20)]
    public async Task Queues_are_declared_also_when_the_broker_goes_away_on_the_way(int lostAnswer)
    {
        var broker = await servers.RabbitMqAsync();
        await using var proxy = new FaultyProxy(broker.Port);
        var settings = new BusOptions
        {
            Host = broker.Host,
            Port = proxy.Port,
            User = broker.User,
            Password = broker.Password,
            VirtualHost = await broker.CreateVirtualHostAsync()
        };
        var connection = new BrokerConnection(Options.Create(settings), NullLogger<BrokerConnection>.Instance, TimeProvider.System);
        proxy.LoseAnswer(lostAnswer);

        await new BrokerTopology(connection, Options.Create(settings)).DeployAsync(TestContext.Current.CancellationToken);

        Assert.True(proxy.Lost);
        await using var open = await connection.OpenAsync("test", TestContext.Current.CancellationToken);
        await using var channel = await open.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (var queue in StageQueues.All)
            await channel.QueueDeclarePassiveAsync(queue.Queue, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_queue_that_is_there_with_other_settings_is_no_outage()
    {
        var broker = await servers.RabbitMqAsync();
        var settings = new BusOptions
        {
            Host = broker.Host,
            Port = broker.Port,
            User = broker.User,
            Password = broker.Password,
            VirtualHost = await broker.CreateVirtualHostAsync()
        };
        var connection = new BrokerConnection(Options.Create(settings), NullLogger<BrokerConnection>.Instance, TimeProvider.System);
        await using (var open = await connection.OpenAsync("test", TestContext.Current.CancellationToken))
        {
            await using var channel = await open.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
            await channel.QueueDeclareAsync(StageQueues.All[0].Queue, durable: true, exclusive: false, autoDelete: false,
                cancellationToken: TestContext.Current.CancellationToken);
        }

        var refused = await Assert.ThrowsAsync<OperationInterruptedException>(
            () => new BrokerTopology(connection, Options.Create(settings)).DeployAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Constants.PreconditionFailed, refused.ShutdownReason!.ReplyCode);
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient client, string path)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
