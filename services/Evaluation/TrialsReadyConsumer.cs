using MassTransit;
using Microsoft.Extensions.Hosting;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;

namespace Pipeline.Evaluation;

/// <summary>All trials in, the verdict out. A run that has its verdict keeps it: the test split is not asked twice.</summary>
public sealed class TrialsReadyConsumer(RunEvaluator evaluator, RunLedger ledger, IHostApplicationLifetime lifetime) : IConsumer<TrialsReady>
{
    public async Task Consume(ConsumeContext<TrialsReady> context)
    {
        var ready = context.Message;
        var verdict = await ledger.FindAsync<VerdictReached>(ready.Run.RunId, Stage.Evaluation, context.CancellationToken);
        if (verdict is null)
        {
            verdict = await evaluator.EvaluateAsync(
                ready,
                (done, total) => context.Publish(new StageProgressed(ready.Run.RunId, Stage.Evaluation, done, total)),
                lifetime.ApplicationStopping);
            await ledger.RecordAsync(Stage.Evaluation, verdict, CancellationToken.None);
        }

        await context.Publish(verdict);
    }
}
