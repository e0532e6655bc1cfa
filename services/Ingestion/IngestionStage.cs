using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Ingestion.Import;

namespace Pipeline.Ingestion;

/// <summary>Everything that the stage registers.</summary>
public static class IngestionStage
{
    public static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.AddOptions<IngestionOptions>().BindConfiguration("Ingestion").ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton<ImportPlanner>().AddSingleton<ChunkImporter>().AddSingleton<DatasetCommitter>()
            .AddSingleton<DatasetChecks>().AddSingleton<DatasetAnnouncer>();
    }

    public static void AddIngestionConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<RunRequestedConsumer>();
        bus.AddConsumer<ImportChunkConsumer>(consumer => consumer.ConcurrentMessageLimit = 1);
    }
}
