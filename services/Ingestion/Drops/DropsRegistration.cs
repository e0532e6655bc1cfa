using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pipeline.Ingestion.Drops.Completeness;
using Pipeline.Ingestion.Drops.Events;
using Pipeline.Ingestion.Drops.Queue;
using Pipeline.Ingestion.Drops.Recording;
using Pipeline.Ingestion.Drops.Webhook;
using Pipeline.Ingestion.Lakes;

namespace Pipeline.Ingestion.Drops;

/// <summary>Everything between an event of the lake and the command to ingest a dataset.</summary>
public static class DropsRegistration
{
    /// <summary>
    /// The caller registers <see cref="BrokerConnector"/>, <see cref="DatasetRequester"/>, the store and <see cref="LakeLocations"/>; and <see cref="LakeFileReader"/> and
    /// <see cref="LakeFileCounter"/> where a manifest lies in a location that is not mounted. The webhook is mapped by <see cref="WebhookRoutes.MapWebhook"/>.
    /// </summary>
    public static IServiceCollection AddDrops(this IServiceCollection services)
    {
        services.AddOptions<DropsOptions>().BindConfiguration("Drops", binder => binder.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<DropsOptions>, DropsOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LakeLocations>();
        services.AddSingleton<DropDatasets>().AddSingleton<EventPlaces>().AddSingleton<EventParser>();
        services.AddSingleton<DropTopology>().AddSingleton<DropPublisher>().AddSingleton<DropRecorder>().AddSingleton<DropShelf>().AddSingleton<CompletionRule>();
        services.AddSingleton<MountedLake>();
        services.TryAddSingleton<LakeFileReader>(provider => provider.GetRequiredService<MountedLake>().ReadAsync);
        services.TryAddSingleton<LakeFileCounter>(provider => provider.GetRequiredService<MountedLake>().CountAsync);
        services.AddHostedService<DropConsumer>().AddHostedService<DropWatcher>();
        return services.AddWebhook();
    }
}
