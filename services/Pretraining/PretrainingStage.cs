using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Learning.Native;

namespace Pipeline.Pretraining;

/// <summary>Everything that the stage registers.</summary>
public static class PretrainingStage
{
    public static IServiceCollection AddPretraining(this IServiceCollection services)
    {
        services
            .AddOptions<PretrainingOptions>()
            .BindConfiguration("Pretraining", binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services.AddTorch().AddSingleton<SliceTrainer>().AddSingleton<RunEncoders>();
    }

    public static void AddPretrainingConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<PseudoLabelsReadyConsumer>();
        bus.AddConsumer<TrainSliceConsumer>(consumer => consumer.ConcurrentMessageLimit = 1);
    }
}
