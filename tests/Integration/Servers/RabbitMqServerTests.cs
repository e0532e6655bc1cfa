using System.Text;
using Pipeline.Tests.Servers;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Integration.Servers;

/// <summary>What the other tests build on: a broker that can be killed.</summary>
public sealed class RabbitMqServerTests(SharedServers servers)
{
    private const string Queue = "work";

    [Fact]
    public async Task A_confirmed_message_of_a_quorum_queue_outlives_the_kill_of_its_broker()
    {
        await using var broker = await RabbitMqServer.StartAsync();
        var host = await broker.CreateVirtualHostAsync();
        await using (var connection = await ConnectAsync(broker, host))
        {
            await using var channel =
                await connection.CreateChannelAsync(
                    new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
            await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
            await channel.BasicPublishAsync("", Queue, mandatory: true, new BasicProperties { Persistent = true },
                Encoding.UTF8.GetBytes("kept"));
            await broker.KillAsync();
        }

        await broker.StartAgainAsync();
        await using var again = await ConnectAsync(broker, host);
        await using var reader = await again.CreateChannelAsync();

        var message = await reader.BasicGetAsync(Queue, autoAck: true);
        Assert.Equal("kept", Encoding.UTF8.GetString(message!.Body.Span));
    }

    [Fact]
    public async Task Users_of_a_definitions_file_have_the_rights_it_gives_them()
    {
        var definitions = Path.GetTempFileName();
        await File.WriteAllTextAsync(definitions, """
            {
              "users": [{ "name": "reader", "password": "read", "tags": [] }],
              "vhosts": [{ "name": "tested" }],
              "permissions": [{ "user": "reader", "vhost": "tested", "configure": "^$", "write": "^$", "read": ".*" }],
              "queues": [{ "name": "work", "vhost": "tested", "durable": true, "auto_delete": false, "arguments": {} }]
            }
            """);
        await using var broker = await RabbitMqServer.StartAsync(definitions, "heartbeat = 30");
        File.Delete(definitions);
        await using var connection = await ConnectAsync(broker, "tested", "reader", "read");

        await using var reader = await connection.CreateChannelAsync();
        Assert.Null(await reader.BasicGetAsync(Queue, autoAck: true));
        await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(
            () => reader.QueueDeclareAsync("another", durable: true, exclusive: false, autoDelete: false));
    }

    [Fact]
    public async Task Virtual_hosts_of_two_tests_see_nothing_of_each_other()
    {
        var broker = await servers.RabbitMqAsync();
        await using var one = await ConnectAsync(broker, await broker.CreateVirtualHostAsync());
        await using var other = await ConnectAsync(broker, await broker.CreateVirtualHostAsync());
        await using var here = await one.CreateChannelAsync();
        await using var there = await other.CreateChannelAsync();

        await here.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
        await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(() => there.QueueDeclarePassiveAsync(Queue));
    }

    private static Task<IConnection> ConnectAsync(RabbitMqServer broker, string host) =>
        ConnectAsync(broker, host, broker.User, broker.Password);

    private static Task<IConnection> ConnectAsync(RabbitMqServer broker, string host, string user, string password) => new ConnectionFactory
    {
        HostName = broker.Host,
        Port = broker.Port,
        VirtualHost = host,
        UserName = user,
        Password = password,
        AutomaticRecoveryEnabled = false,
    }.CreateConnectionAsync();
}
