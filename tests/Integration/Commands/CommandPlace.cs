using System.Text;
using Pipeline.Artifacts.Folder;
using Pipeline.Tests.Chaos;
using Pipeline.Tests.EndToEnd;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.Integration.Commands;

/// <summary>A folder with the tiny experiment, a virtual host, a store and a lake of its own, services at work there,
/// and the command line as a person starts it.</summary>
internal sealed class CommandPlace : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly Workplace _place = new Workplace().WithExperiment().WithData();
    private readonly List<ServiceProcess> _services = [];
    private readonly IConnection _connection;

    private CommandPlace(IConnection connection, IChannel channel)
    {
        _connection = connection;
        Channel = channel;
    }

    public IChannel Channel { get; }

    public FolderArtifactStore Store => new(_place.Store);

    public static async Task<CommandPlace> StartAsync(SharedServers servers, params IReadOnlyList<string> services)
    {
        var rabbit = await servers.RabbitMqAsync();
        var host = await rabbit.CreateVirtualHostAsync();
        var connection = await new ConnectionFactory
        {
            HostName = rabbit.Host,
            Port = rabbit.Port,
            VirtualHost = host,
            UserName = rabbit.User,
            Password = rabbit.Password
        }.CreateConnectionAsync();
        var place = new CommandPlace(connection, await connection.CreateChannelAsync());
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[
            ("Bus__Host", rabbit.Host), ("Bus__Port", $"{rabbit.Port}"), ("Bus__VirtualHost", host), ("Bus__User", rabbit.User),
            ("Bus__Password", rabbit.Password),
            ("Store__Folder", place._place.Store), ("Lake__Locations__0__Url", "lake://main"),
            ("Lake__Locations__0__Folder", place._place.PathOf("lake")),
            ("Torch__Device", "cpu"), ("Torch__Threads", "1"), ("Webhook__AllowAnonymous", "true")])
        {
            place._place.Settings[name] = value;
        }

        Directory.CreateDirectory(place._place.PathOf("lake"));
        place._services.AddRange(
            services.Select(service => ServiceProcess.Start(service, place._place.Settings, place._place.PathOf($"{service}.log"))));
        await Task.WhenAll(place._services.Select(service => service.ReadyAsync()));
        return place;
    }

    public Dictionary<string, string> Settings => _place.Settings;

    public string PathOf(string name) => _place.PathOf(name);

    public Task<Ended> EndAsync(params IEnumerable<string> arguments) => _place.EndAsync(arguments);

    /// <summary>What the command wrote, if it did what it was asked for.</summary>
    public async Task<IReadOnlyList<string>> OutputAsync(params IEnumerable<string> arguments)
    {
        var ended = await EndAsync(arguments);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return ended.Output;
    }

    /// <summary>Puts a message into a queue, as any program could.</summary>
    public async Task SendAsync(string queue, string body, string id) =>
        await Channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { MessageId = id, Persistent = true },
            Encoding.UTF8.GetBytes(body));

    /// <summary>Until so many messages have failed.</summary>
    public async Task UntilErrorsAsync(string queue, uint count)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await Channel.MessageCountAsync(queue + "_error", patience.Token) < count)
            await Task.Delay(Glance, patience.Token);
    }

    public async Task StopServicesAsync()
    {
        foreach (var service in _services)
            await service.TerminateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
            await service.DisposeAsync();

        await Channel.DisposeAsync();
        await _connection.DisposeAsync();
        _place.Dispose();
    }
}
