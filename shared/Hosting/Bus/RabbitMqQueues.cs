using System.Runtime.ExceptionServices;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Hosting.Bus;

/// <summary>How the pipeline's queues are made on RabbitMQ.</summary>
public static class RabbitMqQueues
{
    private const string ErrorSuffix = "_error";

    /// <summary>Messages in an error queue are looked at as often as anybody likes.</summary>
    private const int ErrorDeliveryLimit = 1_000_000;

    /// <summary>Where messages of a queue lie that failed for good.</summary>
    public static string ErrorQueueOf(string queue) => queue + ErrorSuffix;

    /// <summary>Arguments of a queue that the stages work from.</summary>
    public static Dictionary<string, object?> ArgumentsOf(string queue, BusOptions options) => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = options.DeliveryLimit,
        ["x-dead-letter-exchange"] = ErrorQueueOf(queue),
    };

    public static Dictionary<string, object?> ErrorArguments() => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = ErrorDeliveryLimit,
    };

    /// <summary>The numbers of messages and consumers of a queue; null where there is no such queue. The channel is closed then.</summary>
    public static async Task<QueueDeclareOk?> FindAsync(IChannel channel, string queue, CancellationToken cancellation)
    {
        try
        {
            return await channel.QueueDeclarePassiveAsync(queue, cancellation);
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }

    internal static void Connect(IRabbitMqBusFactoryConfigurator transport, BusOptions options)
    {
        transport.Host(options.Host, (ushort)options.Port, options.VirtualHost, host =>
        {
            host.Username(options.User);
            host.Password(options.Password);
            host.PublisherConfirmation = true;
            if (options.UseTls)
                host.UseSsl();
        });
        transport.MessageTopology.SetEntityNameFormatter(new MessageExchanges());
        transport.SendTopology.ConfigureErrorSettings = SetErrorArguments;
        transport.PublishTopology.BrokerTopologyOptions = PublishBrokerTopologyOptions.FlattenHierarchy;
    }

    internal static void Configure(IRegistrationContext context, string queue, IReceiveEndpointConfigurator endpoint)
    {
        if (endpoint is not IRabbitMqReceiveEndpointConfigurator rabbit)
            return;
        var options = context.GetRequiredService<IOptions<BusOptions>>().Value;
        foreach (var (name, value) in ArgumentsOf(queue, options))
            rabbit.SetQueueArgument(name, value);
        // A message that waits in a busy worker is one that an idle worker cannot have. Who works on several at a time asks for more.
        rabbit.PrefetchCount = 1;
        rabbit.BindDeadLetterQueue(ErrorQueueOf(queue), ErrorQueueOf(queue), SetErrorArguments);
        rabbit.PublishFaults = false;
        rabbit.ConfigureError(pipe =>
        {
            pipe.UseExecute(GiveBack);
            pipe.UseFilter(new MassTransit.Middleware.GenerateFaultFilter());
            pipe.UseFilter(new MassTransit.Middleware.ErrorTransportFilter());
        });
    }

    /// <summary>What failed for a passing reason goes back to its own queue, for another try or another worker, until the queue's delivery
    /// limit: whatever is thrown here is answered to the broker with a negative acknowledgement.</summary>
    private static void GiveBack(ExceptionReceiveContext context)
    {
        if (TransientFault.Is(context.Exception))
            ExceptionDispatchInfo.Throw(context.Exception);
    }

    private static void SetErrorArguments(IRabbitMqQueueBindingConfigurator queue)
    {
        queue.SetQueueArgument("x-dead-letter-exchange", null!);
        foreach (var (name, value) in ErrorArguments())
            queue.SetQueueArgument(name, value);
    }

    private sealed class MessageExchanges : IEntityNameFormatter
    {
        public string FormatEntityName<T>() => StageQueues.ExchangeOf(typeof(T));
    }
}
