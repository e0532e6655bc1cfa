using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pipeline.Ingestion.Drops.Completeness;
using Pipeline.Ingestion.Drops.Events;
using Pipeline.Ingestion.Drops.Queue;
using Pipeline.Ingestion.Drops.Recording;
using Pipeline.Ingestion.Drops.Webhook;

namespace Pipeline.Ingestion.Drops;

/// <summary>Everything between an event of the lake and the command to ingest a dataset.</summary>
public static class DropsRegistration
{
    /// <summary>
    /// Beside the bus, the store and <see cref="IngestionStage.AddIngestion"/>. The webhook is mapped by <see cref="WebhookRoutes.MapWebhook"/>.
    /// </summary>
    public static IServiceCollection AddDrops(this IServiceCollection services)
    {
        services.AddOptions<DropsOptions>().BindConfiguration("Drops", binder => binder.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<DropsOptions>, DropsOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DropDatasets>().AddSingleton<EventPlaces>().AddSingleton<EventParser>();
        services.AddSingleton<DropTopology>().AddSingleton<DropPublisher>().AddSingleton<DropRecorder>().AddSingleton<DropShelf>().AddSingleton<CompletionRule>();
        services.AddSingleton<DropFiles>().AddSingleton<DatasetRequests>();
        services.TryAddSingleton<DatasetRequester>(provider => provider.GetRequiredService<DatasetRequests>().SendAsync);
        services.TryAddSingleton<LakeFileReader>(provider => provider.GetRequiredService<DropFiles>().ReadAsync);
        services.TryAddSingleton<LakeFileCounter>(provider => provider.GetRequiredService<DropFiles>().CountAsync);
        services.AddHostedService<DropConsumer>().AddHostedService<DropWatcher>();
        return services.AddWebhook();
    }
}
