using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Consumers;
using Pipeline.Ingestion.Importing;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Rejecting;

namespace Pipeline.Ingestion;

/// <summary>Everything that the stage registers.</summary>
public static class IngestionStage
{
    /// <param name="isAlone">No other process takes chunks.</param>
    public static IServiceCollection AddIngestion(this IServiceCollection services, bool isAlone = false)
    {
        services.AddOptions<IngestionOptions>().Configure(options => options.EagerFiles = isAlone ? int.MaxValue : options.EagerFiles).BindConfiguration("Ingestion", binder => binder.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LakeOptions>().BindConfiguration("Lake", binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<LakeOptions>, LakeOptionsCheck>()
            .AddSingleton<LakeLocations>().AddSingleton<LakeContainers>().AddSingleton<LakeFolders>().AddSingleton<LakeUpload>()
            .AddSingleton<DatasetPlaces>().AddSingleton<DropExperiments>()
            .AddSingleton<ImportPlanner>().AddSingleton<ChunkImporter>().AddSingleton<Quarantine>().AddSingleton<DatasetCommitter>().AddSingleton<CommittedDataset>();
    }

    public static void AddIngestionConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<RunExperimentConsumer>();
        bus.AddConsumer<IngestDatasetConsumer>();
        bus.AddConsumer<CancelRunConsumer>();
        bus.AddConsumer<ImportChunkConsumer, ImportChunkConsumerDefinition>();
    }
}
