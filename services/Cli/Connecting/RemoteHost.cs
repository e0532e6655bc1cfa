using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts.Stores;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Services;
using Pipeline.Hosting.Settings;
using Pipeline.Ingestion;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Cli.Connecting;

/// <summary>The command line among the services: their bus, their store and their lake, and no work of its own.</summary>
internal static class RemoteHost
{
    public static IHost Build()
    {
        var builder = CommandSettings.QuietHost();
        builder.Services.AddPipelineCore().AddArtifactStore().AddIngestion().AddRabbitMqBus(_ => { })
            .AddSingleton<IHostLifetime, OwnLifetime>();
        return builder.Build();
    }

    /// <summary>Starts the bus, for commands that send or listen.</summary>
    public static async Task StartAsync(IHost host)
    {
        // The bus would wait for a broker without a word.
        await using var connection = await ConnectAsync(host, "pipeline command");
        await host.StartAsync();
    }

    /// <summary>Tells at once where the broker is not there.</summary>
    /// <exception cref="PipelineException">The broker does not answer, or refuses the user.</exception>
    public static async Task<IConnection> ConnectAsync(IHost host, string purpose, CancellationToken cancellation = default)
    {
        try
        {
            return await host.Services.GetRequiredService<BrokerConnection>().OpenAsync(purpose, cancellation);
        }
        catch (BrokerUnreachableException error)
        {
            var bus = host.Services.GetRequiredService<IOptions<BusOptions>>().Value;
            throw new PipelineException(ErrorLine.Of($"RabbitMQ at {bus.Host}:{bus.Port}, virtual host '{bus.VirtualHost}', cannot be "
                + $"reached as '{bus.User}': {error.GetBaseException().Message} The settings under Bus must be those of the services."),
                error);
        }
    }

    /// <summary>Signals end a command as the command says.</summary>
    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
