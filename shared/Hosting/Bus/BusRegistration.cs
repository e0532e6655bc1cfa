using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Hosting.Bus;

/// <summary>The bus of the one-process shape: the consumers, queues and rules of the distributed one, in memory.</summary>
public static class BusRegistration
{
    /// <param name="consumers">What each stage registers.</param>
    public static IServiceCollection AddInMemoryBus(this IServiceCollection services, Action<IBusRegistrationConfigurator> consumers)
    {
        services.AddOptions<MassTransitHostOptions>().Configure(options =>
        {
            options.WaitUntilStarted = true;
            options.StopTimeout = TimeSpan.FromMinutes(2);
        });
        return services.AddMassTransit(bus =>
        {
            bus.SetKebabCaseEndpointNameFormatter();
            consumers(bus);
            bus.UsingInMemory((context, transport) =>
            {
                transport.UseConsumeFilter(typeof(RunFailureFilter<>), context);
                transport.UseMessageRetry(retry =>
                {
                    // Passing faults only: what is wrong with the input will be wrong again.
                    retry.Handle<IOException>();
                    retry.Exponential(5, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(400));
                });
                transport.ConfigureEndpoints(context);
            });
        });
    }
}
