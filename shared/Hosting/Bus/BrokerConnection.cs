using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Hosting.Bus;

/// <summary>Connections to the broker of the settings, for what is done without MassTransit: queues of all stages, drop events in any form, error queues.</summary>
public sealed partial class BrokerConnection(IOptions<BusOptions> options, ILogger<BrokerConnection> log, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Says so every time that this many tries have failed.</summary>
    private const int TriesPerLine = 5;

    /// <exception cref="BrokerUnreachableException">Nobody listens there, or the user is refused.</exception>
    public async Task<IConnection> OpenAsync(string purpose, CancellationToken cancellation)
    {
        var bus = options.Value;
        var factory = new ConnectionFactory
        {
            HostName = bus.Host!,
            Port = bus.Port,
            VirtualHost = bus.VirtualHost,
            UserName = bus.User,
            Password = bus.Password,
            ClientProvidedName = purpose,
            Ssl = { Enabled = bus.UseTls, ServerName = bus.Host! },
        };
        return await factory.CreateConnectionAsync(cancellation);
    }

    /// <summary>Waits for a broker that is not there yet.</summary>
    public async Task<IConnection> WaitAsync(string purpose, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await OpenAsync(purpose, cancellation);
            }
            catch (BrokerUnreachableException error)
            {
                if (attempt % TriesPerLine == 0)
                {
                    Waiting(options.Value.Host, options.Value.Port, (error.InnerException ?? error).Message);
                }
            }

            await Task.Delay(Pause, clock, cancellation);
        }
    }

    /// <summary>Waits for a broker and does something there; from the start again where the broker goes away on the way.</summary>
    /// <param name="use">What may be done again.</param>
    /// <exception cref="RabbitMQClientException">The broker refuses what is asked: it is there with other settings, or the user may not.</exception>
    public async Task UseAsync(string purpose, Func<IConnection, Task> use, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await using var connection = await WaitAsync(purpose, cancellation);
                await use(connection);
                return;
            }
            catch (Exception error) when (TransientFault.Is(error) && !IsRefused(error) && !cancellation.IsCancellationRequested)
            {
                BrokenOff(purpose, error.Message);
            }

            await Task.Delay(Pause, clock, cancellation);
        }
    }

    private static bool IsRefused(Exception error) =>
        error is OperationInterruptedException { ShutdownReason.ReplyCode: Constants.AccessRefused or Constants.PreconditionFailed or Constants.ResourceLocked or Constants.NotAllowed };

    [LoggerMessage(LogLevel.Warning, "RabbitMQ went away ({Purpose}): {Why}")]
    private partial void BrokenOff(string purpose, string why);

    [LoggerMessage(LogLevel.Warning, "Waiting for RabbitMQ at {Host}:{Port}: {Why}")]
    private partial void Waiting(string? host, int port, string why);
}
