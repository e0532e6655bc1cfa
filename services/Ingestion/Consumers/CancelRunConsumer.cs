using MassTransit;
using Pipeline.Contracts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Ingestion.Consumers;

/// <summary>Notes in the store that a run is cancelled: every stage looks there before it works for the run, and while it does.</summary>
public sealed class CancelRunConsumer(RunLedger ledger) : IConsumer<CancelRun>
{
    public async Task Consume(ConsumeContext<CancelRun> context)
    {
        if (!await ledger.CancelAsync(context.Message, context.CancellationToken))
        {
            throw new PipelineException($"There is no run '{context.Message.RunId}' to cancel; valid is the id of a run as its events and the status list name it.");
        }

        await context.PublishInTimeAsync(new RunCancelled(context.Message.RunId));
    }
}
