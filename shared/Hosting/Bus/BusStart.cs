using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.Hosting.Bus;

/// <summary>Starts the bus of a service once the broker has the queues of all stages, and stops it with the process.</summary>
internal sealed partial class BusStart(BrokerTopology topology, IBusDepot buses, BrokerReady ready, ILogger<BusStart> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await topology.DeployAsync(cancellationToken);
        await buses.Start(cancellationToken);
        Started();
        ready.Tell();
    }

    public Task StopAsync(CancellationToken cancellationToken) => buses.Stop(cancellationToken);

    [LoggerMessage(LogLevel.Information, "The bus is up")]
    private partial void Started();
}

/// <summary>Tells background work when it may publish.</summary>
public sealed class BrokerReady
{
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task WaitAsync(CancellationToken cancellation) => ready.Task.WaitAsync(cancellation);

    internal void Tell() => ready.TrySetResult();
}
