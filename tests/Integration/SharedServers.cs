using Pipeline.Tests.Integration;
using Pipeline.Tests.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedServers))]

namespace Pipeline.Tests.Integration;

/// <summary>One broker and one blob server for all tests here, each started when it is first asked for; a test class takes this by its
/// constructor. A test makes its own virtual host (<see cref="RabbitMqServer.CreateVirtualHostAsync"/>) and container, and kills neither
/// server: for that it starts one of its own.</summary>
public sealed class SharedServers : IAsyncDisposable
{
    private readonly Lazy<Task<RabbitMqServer>> _rabbitMq = new(() => RabbitMqServer.StartAsync());
    private readonly Lazy<Task<AzuriteServer>> _azurite = new(AzuriteServer.StartAsync);

    public Task<RabbitMqServer> RabbitMqAsync() => _rabbitMq.Value;

    public Task<AzuriteServer> AzuriteAsync() => _azurite.Value;

    public async ValueTask DisposeAsync()
    {
        if (_rabbitMq is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await _rabbitMq.Value.Result.DisposeAsync();

        if (_azurite is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await _azurite.Value.Result.DisposeAsync();
    }
}
