using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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

    /// <summary>Arguments of an error queue.</summary>
    public static Dictionary<string, object?> ErrorArguments() => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = ErrorDeliveryLimit,
    };

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
            pipe.UseFilter(new GiveBackFilter());
            pipe.UseFilter(new MassTransit.Middleware.GenerateFaultFilter());
            pipe.UseFilter(new MassTransit.Middleware.ErrorTransportFilter());
        });
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
