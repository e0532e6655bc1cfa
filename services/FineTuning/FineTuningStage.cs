using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Learning.Native;

namespace Pipeline.FineTuning;

/// <summary>Everything that the stage registers.</summary>
public static class FineTuningStage
{
    public static IServiceCollection AddFineTuning(this IServiceCollection services) =>
        services.AddTorch().AddSingleton<TrialRunner>().AddSingleton<FeatureSet>().AddSingleton<TrialSet>();

    public static void AddFineTuningConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<EncoderReadyConsumer>();
        bus.AddConsumer<EmbedShardConsumer>(consumer => consumer.ConcurrentMessageLimit = 1);
        bus.AddConsumer<RunTrialConsumer>(consumer => consumer.ConcurrentMessageLimit = 1);
    }
}
