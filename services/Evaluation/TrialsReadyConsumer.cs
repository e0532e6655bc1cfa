using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Telemetry;
using Pipeline.Learning.Native;

namespace Pipeline.Evaluation;

/// <summary>All trials in, the verdict out. A run that has its verdict keeps it: the test split is not asked twice.</summary>
public sealed class TrialsReadyConsumer(
    RunEvaluator evaluator, RunLedger ledger, StageEvents events, RunStop stop, PipelineMetrics metrics) : IConsumer<TrialsReady>
{
    public async Task Consume(ConsumeContext<TrialsReady> context)
    {
        var ready = context.Message;
        var verdict = await ledger.FindAsync<VerdictReached>(ready.Run.RunId, Stage.Evaluation, context.CancellationToken);
        if (verdict is null)
        {
            await using var watch = stop.For(ready.Run.RunId);
            verdict = await evaluator.EvaluateAsync(
                ready,
                (done, total) =>
                {
                    metrics.Part(Stage.Evaluation);
                    return context.PublishInTimeAsync(new StageProgressed(ready.Run.RunId, Stage.Evaluation, done, total));
                },
                watch.Token);
        }

        await events.PublishAsync(context, Stage.Evaluation, verdict);
    }
}

/// <summary>Everything that the stage registers.</summary>
public static class EvaluationStage
{
    public static IServiceCollection AddEvaluation(this IServiceCollection services) =>
        services
            .AddTorch()
            .AddSingleton<TestPredictor>()
            .AddSingleton<RunEvaluator>();

    public static void AddEvaluationConsumers(this IBusRegistrationConfigurator bus) =>
        bus.AddConsumer<TrialsReadyConsumer>(consumer => consumer.ConcurrentMessageLimit = 1);
}
