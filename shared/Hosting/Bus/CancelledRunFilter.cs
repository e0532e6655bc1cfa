using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;

namespace Pipeline.Hosting.Bus;

/// <summary>A message about a run that somebody has cancelled is put aside; what the run left so far stays for the next time.</summary>
public sealed partial class CancelledRunFilter<T>(RunLedger ledger, ILogger<CancelledRunFilter<T>> log) : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        if (context.Message is IRunMessage message && await ledger.IsCancelledAsync(message.Run.RunId, context.CancellationToken))
        {
            Skipped(typeof(T).Name, message.Run.RunId);
            // What nobody has consumed would count as skipped by mistake, and come back until the queue gives up on it.
            await context.NotifyConsumed(context, TimeSpan.Zero, nameof(CancelledRunFilter<T>));
            return;
        }

        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("cancelled-run");

    [LoggerMessage(LogLevel.Information, "{Message} is not handled: the run {Run} was cancelled")]
    private partial void Skipped(string message, string run);
}
