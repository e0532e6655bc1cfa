using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Hosting.Bus;

/// <summary>The bus in both shapes: the same consumers, queues, retries and rules in memory and over RabbitMQ.</summary>
public static class BusRegistration
{
    public static IServiceCollection AddInMemoryBus(this IServiceCollection services, Action<IBusRegistrationConfigurator> consumers) =>
        services.AddBus(consumers, bus => bus.UsingInMemory((context, transport) =>
        {
            Configure(context, transport);
            transport.ConfigureEndpoints(context);
        }));

    public static IServiceCollection AddRabbitMqBus(this IServiceCollection services, Action<IBusRegistrationConfigurator> consumers) =>
        services.AddSingleton<BrokerConnection>().AddSingleton<BrokerTopology>().AddSingleton<BrokerReady>()
        .AddBus(consumers, bus =>
        {
            bus.AddConfigureEndpointsCallback(RabbitMqQueues.Configure);
            bus.UsingRabbitMq((context, transport) =>
            {
                var options = context.GetRequiredService<IOptions<BusOptions>>().Value;
                RabbitMqQueues.Connect(transport, options);
                Configure(context, transport);
                transport.ConfigureEndpoints(context);
            });
        })
        // The bus waits for the queues of all stages.
        .RemoveMassTransitHostedService()
        .AddHostedService<BusStart>();

    private static IServiceCollection AddBus(
        this IServiceCollection services, Action<IBusRegistrationConfigurator> consumers, Action<IBusRegistrationConfigurator> transport)
    {
        services.AddOptions<BusOptions>().BindConfiguration("Bus", binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MassTransitHostOptions>().Configure<IOptions<BusOptions>>((host, bus) =>
        {
            host.WaitUntilStarted = true;
            host.StopTimeout = bus.Value.StopTimeout;
        });
        return services.AddMassTransit(bus =>
        {
            // The library would tell its makers what consumers and queues there are.
            bus.DisableUsageTelemetry();
            bus.SetKebabCaseEndpointNameFormatter();
            consumers(bus);
            transport(bus);
        });
    }

    private static void Configure(IBusRegistrationContext context, IBusFactoryConfigurator transport)
    {
        var options = context.GetRequiredService<IOptions<BusOptions>>().Value;
        var serializer = new StrictJsonSerializer(options.MaxMessageBytes);
        transport.ClearSerialization();
        transport.AddSerializer(serializer);
        transport.AddDeserializer(serializer, isDefault: true);
        transport.ConfigureJsonSerializerOptions(AsPipelineJson);
        transport.Publish<IRunMessage>(message => message.Exclude = true);
        transport.ConfigurePublish(pipe => pipe.UseExecute(Stamp));
        transport.ConfigureSend(pipe => pipe.UseExecute(Stamp));

        transport.UseConsumeFilter(typeof(MessageScopeFilter<>), context);
        transport.UseConsumeFilter(typeof(RunFailureFilter<>), context);
        transport.UseMessageRetry(retry =>
        {
            // What is wrong with the input will be wrong again.
            retry.Handle<Exception>(error => TransientFault.Is(error) && !TransientFault.IsCancellation(error));
            retry.Exponential(options.Retries, options.FirstRetryDelay, options.LongestRetryDelay, 2 * options.FirstRetryDelay);
        });
        transport.UseConsumeFilter(typeof(CancelledRunFilter<>), context);
    }

    private static void Stamp(SendContext context)
    {
        context.Headers.Set(MessageFormat.Header, MessageFormat.Newest.ToString(CultureInfo.InvariantCulture));
        context.Headers.Set(MessageFormat.SentHeader, DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture));
    }

    /// <summary>Names, enums and strictness of everything else that the pipeline writes, with what MassTransit needs for itself.</summary>
    private static JsonSerializerOptions AsPipelineJson(JsonSerializerOptions bus) => new(bus)
    {
        WriteIndented = false,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Encoder = PipelineJson.Options.Encoder,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };
}

/// <summary>Starts the bus of a service once the broker has the queues of all stages, and stops it with the process.</summary>
internal sealed class BusStart(BrokerTopology topology, IBusDepot buses, BrokerReady ready, ILogger<BusStart> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await topology.DeployAsync(cancellationToken);
        await buses.Start(cancellationToken);
        log.LogInformation("The bus is up");
        ready.Tell();
    }

    public Task StopAsync(CancellationToken cancellationToken) => buses.Stop(cancellationToken);
}

/// <summary>Tells background work when it may publish.</summary>
public sealed class BrokerReady
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task WaitAsync(CancellationToken cancellation) => _ready.Task.WaitAsync(cancellation);

    public void Tell() => _ready.TrySetResult();
}
