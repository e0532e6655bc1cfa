using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Learning.Native;

namespace Pipeline.Evaluation;

/// <summary>Everything that the stage registers.</summary>
public static class EvaluationStage
{
    public static IServiceCollection AddEvaluation(this IServiceCollection services) =>
        services.AddTorch().AddSingleton<TestPredictor>().AddSingleton<GalleryPainter>().AddSingleton<MaskedReader>().AddSingleton<RunEvaluator>();

    public static void AddEvaluationConsumers(this IBusRegistrationConfigurator bus) =>
        bus.AddConsumer<TrialsReadyConsumer>(consumer => consumer.ConcurrentMessageLimit = 1);
}
