using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Experiments;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Consumers;
using Pipeline.Ingestion.Decoding;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Rejecting;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion;

public static class IngestionStage
{
    /// <param name="isAlone">No other process takes chunks.</param>
    public static IServiceCollection AddIngestion(this IServiceCollection services, bool isAlone = false)
    {
        services.AddOptions<IngestionOptions>()
            .Configure(options => options.EagerFiles = isAlone ? int.MaxValue : options.EagerFiles)
            .BindConfiguration("Ingestion", binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services.AddLake()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<LakeUpload>(
                provider, provider.GetRequiredService<IOptions<IngestionOptions>>().Value.Uploads))
            .AddSingleton<DropExperiments>()
            .AddSingleton<RunRequests>()
            .AddSingleton<NewFilesOf>(provider => (folder, parts, limits) => ActivatorUtilities.CreateInstance<NewFiles>(
                provider, provider.GetRequiredService<IOptions<IngestionOptions>>().Value, folder, parts, limits))
            .AddSingleton<ImportPlanner>()
            .AddSingleton<ChunkImporter>()
            .AddSingleton<Quarantine>()
            .AddSingleton<DatasetCommitter>()
            .AddSingleton<CommittedDataset>();
    }

    public static void AddIngestionConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<RunExperimentConsumer>();
        bus.AddConsumer<IngestDatasetConsumer>();
        bus.AddConsumer<CancelRunConsumer>();
        bus.AddConsumer<ImportChunkConsumer, ImportChunkConsumerDefinition>();
    }
}
