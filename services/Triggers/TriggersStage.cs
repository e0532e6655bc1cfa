using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Experiments;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Completeness;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Queue;
using Pipeline.Triggers.Recording;
using Pipeline.Triggers.Webhook;

namespace Pipeline.Triggers;

/// <summary>Everything that the stage registers: from an event of the lake to the command to ingest a dataset.</summary>
public static class TriggersStage
{
    /// <param name="isAlone">One process does everything. Without a broker there is no queue to hear from: a person says there that a drop is complete.</param>
    public static IServiceCollection AddTriggers(this IServiceCollection services, bool isAlone = false)
    {
        services.AddLake().TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DropExperiments>().AddSingleton<DropDatasets>().AddSingleton<EventPlaces>().AddSingleton<EventParser>();
        services.AddSingleton<DropRecorder>().AddSingleton<DropShelf>().AddSingleton<CompletionRule>().AddSingleton<DropFiles>();
        services.TryAddSingleton<LakeFileReader>(provider => provider.GetRequiredService<DropFiles>().ReadAsync);
        services.TryAddSingleton<LakeFileCounter>(provider => provider.GetRequiredService<DropFiles>().CountAsync);
        if (isAlone)
        {
            return services;
        }

        services.AddSingleton<DropTopology>().AddSingleton<DropPublisher>().AddSingleton<DatasetRequests>();
        services.TryAddSingleton<DatasetRequester>(provider => provider.GetRequiredService<DatasetRequests>().SendAsync);
        return services.AddHostedService<DropConsumer>().AddHostedService<DropWatcher>().AddWebhook();
    }
}
