using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Learning.Native;

namespace Pipeline.PseudoLabels;

/// <summary>Everything that the stage registers.</summary>
public static class PseudoLabelsStage
{
    public static IServiceCollection AddPseudoLabels(this IServiceCollection services) =>
        services.AddTorch().AddSingleton<ShardLabeller>().AddSingleton<PreFlightMaker>().AddSingleton<RunPretext>();

    public static void AddPseudoLabelsConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<LabelDatasetConsumer>();
        bus.AddConsumer<DatasetCommittedConsumer>();
        // One at a time in each process: the work is bound by the processor, and more processes are the way to more.
        bus.AddConsumer<LabelShardConsumer>(consumer => consumer.ConcurrentMessageLimit = 1);
    }
}
