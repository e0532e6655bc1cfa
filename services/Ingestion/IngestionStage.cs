using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Importing;

namespace Pipeline.Ingestion;

/// <summary>Everything that the stage registers.</summary>
public static class IngestionStage
{
    public static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.AddOptions<IngestionOptions>().BindConfiguration("Ingestion", binder => binder.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<ImportPlanner>().AddSingleton<ChunkImporter>().AddSingleton<DatasetCommitter>();
    }

    public static void AddIngestionConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<RunRequestedConsumer>();
        bus.AddConsumer<ImportChunkConsumer, ImportChunkConsumerDefinition>();
    }
}

/// <summary>As many chunks at a time as the options say.</summary>
public sealed class ImportChunkConsumerDefinition : ConsumerDefinition<ImportChunkConsumer>
{
    public ImportChunkConsumerDefinition(IOptions<IngestionOptions> options) => ConcurrentMessageLimit = options.Value.Parallelism;
}
