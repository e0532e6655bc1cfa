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
    /// <param name="isAlone">One process runs all stages. Without a broker there is no queue: a user says when a drop is complete.</param>
    public static IServiceCollection AddTriggers(this IServiceCollection services, bool isAlone = false)
    {
        services.AddLake().TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DropExperiments>().AddSingleton<EventPlaces>().AddSingleton<EventParser>();
        services.AddSingleton<DropRecorder>().AddSingleton<DropShelf>().AddSingleton<DropFiles>().AddSingleton<CompletionRule>();
        return isAlone
            ? services
            : services.AddSingleton<DropPublisher>().AddSingleton<IDropRequests, DropRequests>()
                .AddHostedService<DropConsumer>().AddHostedService<DropWatcher>().AddWebhook();
    }
}
