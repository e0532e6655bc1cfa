using MassTransit;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;

namespace Pipeline.Local.Running;

/// <summary>A run that has its verdict ends here: no stage hears of its dataset again, and no training library is loaded.</summary>
public sealed class FinishedRunFilter(RunLedger ledger, RunEnd end) : IFilter<ConsumeContext<DatasetCommitted>>
{
    public async Task Send(ConsumeContext<DatasetCommitted> context, IPipe<ConsumeContext<DatasetCommitted>> next)
    {
        if (await ledger.FindAsync<VerdictReached>(context.Message.Run.RunId, Stage.Evaluation, context.CancellationToken) is { } verdict)
        {
            end.Tell(new RunOutcome.Finished(verdict, Before: true));
            // What nobody has consumed would count as lost.
            await context.NotifyConsumed(context, TimeSpan.Zero, nameof(FinishedRunFilter));
        }
        else
        {
            await next.Send(context);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("finished-run");
}
