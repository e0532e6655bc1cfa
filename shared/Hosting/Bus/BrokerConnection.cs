using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Hosting.Bus;

/// <summary>Connections to the broker, for what is done without MassTransit.</summary>
public sealed class BrokerConnection(IOptions<BusOptions> options, ILogger<BrokerConnection> log, TimeProvider clock)
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

    /// <summary>Waits for a broker and does something there; from the start again where the broker goes away on the way.</summary>
    /// <param name="use">What may be done again.</param>
    /// <exception cref="RabbitMQClientException">The broker refuses what is asked.</exception>
    public async Task UseAsync(string purpose, Func<IConnection, Task> use, CancellationToken cancellation)
    {
        for (var failed = 0; ; await Task.Delay(Pause, clock, cancellation))
        {
            try
            {
                await using var connection = await OpenAsync(purpose, cancellation);
                failed = 0;
                await use(connection);
                return;
            }
            catch (BrokerUnreachableException error)
            {
                if (failed++ % TriesPerLine == 0)
                {
                    log.LogWarning("Waiting for RabbitMQ at {Host}:{Port}: {Why}",
                        options.Value.Host, options.Value.Port, (error.InnerException ?? error).Message);
                }
            }
            catch (Exception error) when (TransientFault.Is(error) && !IsRefused(error) && !cancellation.IsCancellationRequested)
            {
                log.LogWarning("RabbitMQ went away ({Purpose}): {Why}", purpose, error.Message);
            }
        }
    }

    private static bool IsRefused(Exception error) =>
        (error as OperationInterruptedException)?.ShutdownReason?.ReplyCode
            is Constants.AccessRefused or Constants.PreconditionFailed or Constants.ResourceLocked or Constants.NotAllowed;
}

/// <summary>Bound from "Bus"; checked at start. The broker that the services talk over.</summary>
public sealed class BusOptions
{
    /// <summary>The broker's host name. Null only in the one-process shape, whose bus is in memory.</summary>
    public string? Host { get; init; }

    [Range(1, 65535)]
    public int Port { get; init; } = 5672;

    public string VirtualHost { get; init; } = "/";

    public string User { get; init; } = "guest";

    public string Password { get; init; } = "guest";

    public bool UseTls { get; init; }

    /// <summary>Whether a service declares the queues of all stages when it starts, so that no event is lost because the stage that it is
    /// for has never run. Off where the broker has them from a definitions file and users may only touch their own.</summary>
    public bool DeployTopology { get; init; } = true;

    /// <summary>How often a message is delivered before it goes to the <c>_error</c> queue although nobody said what is wrong with it: it
    /// may be what kills its consumer. A worker that is scaled away or killed for another reason counts too, so this is generous.</summary>
    [Range(1, 10_000)]
    public int DeliveryLimit { get; init; } = 20;

    /// <summary>A message with a longer body is refused: messages carry references, never data.</summary>
    [Range(1024, 128 << 20)]
    public int MaxMessageBytes { get; init; } = 1 << 20;

    /// <summary>Times that a passing fault is tried again before the message is given back to its queue.</summary>
    [Range(0, 100)]
    public int Retries { get; init; } = 5;

    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a queue of a service may be without any consumer while the broker answers. Then the service ends with exit code 1,
    /// to be started again.</summary>
    [Range(typeof(TimeSpan), "00:00:06", "24:00:00")]
    public TimeSpan ConsumerPatience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a stopping process gives the work in hand to come to a safe end.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:20:00")]
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(25);
}
