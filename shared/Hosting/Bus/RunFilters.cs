using System.Net.Sockets;
using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Settings;
using Pipeline.Hosting.Telemetry;
using RabbitMQ.Client.Exceptions;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Hosting.Bus;

/// <summary>A message about a run that somebody has cancelled is put aside; what the run left so far stays for the next time.</summary>
public sealed class CancelledRunFilter<T>(RunLedger ledger, ILogger<CancelledRunFilter<T>> log) : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        if (context.Message is IRunMessage message && await ledger.IsCancelledAsync(message.Run.RunId, context.CancellationToken))
        {
            log.LogInformation("{Message} is not handled: the run {Run} was cancelled", typeof(T).Name, message.Run.RunId);
            // What nobody has consumed would count as skipped by mistake, and come back until the queue gives up on it.
            await context.NotifyConsumed(context, TimeSpan.Zero, nameof(CancelledRunFilter<T>));
            return;
        }

        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("cancelled-run");
}

/// <summary>Around retries: when a message has failed for good, records and tells why before the message goes to the <c>_error</c> queue. A
/// passing fault is none: the message goes back to its queue. Nor is work that stops because the process does.</summary>
public sealed class RunFailureFilter<T>(RunLedger ledger, PipelineMetrics metrics) : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        try
        {
            await next.Send(context);
        }
        catch (Exception error) when (StageQueues.StageOf(typeof(T)) is { } && TransientFault.Is(error) && IsDurable(context))
        {
            metrics.GivenBack(typeof(T).Name);
            throw;
        }
        catch (Exception error) when (StageQueues.StageOf(typeof(T)) is { } stage && !TransientFault.IsCancellation(error))
        {
            metrics.Failed(typeof(T).Name);
            var queue = StageQueues.QueueOf(context.ReceiveContext);
            var failed = new RunFailed((context.Message as IRunMessage)?.Run.RunId, stage, ErrorLine.Of(error),
                RabbitMqQueues.ErrorQueueOf(queue));
            try
            {
                await ledger.RecordFailureAsync(failed, CancellationToken.None);
            }
            catch (Exception unrecorded) when (!TransientFault.Is(unrecorded))
            {
                // The store may be what fails, as on a full disk. Whoever waits for the run must hear of it all the same.
            }

            await context.PublishInTimeAsync(failed);
            throw;
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("run-failure");

    /// <summary>In memory nothing can be given back.</summary>
    private static bool IsDurable(ConsumeContext context) => context.ReceiveContext.InputAddress.Scheme != "loopback";
}

/// <summary>Tells a fault that passes (no connection, a store or broker that restarts) from one that trying again does not mend.</summary>
internal static class TransientFault
{
    /// <summary>Work that ended because it was told to; MassTransit tells some of it by an exception of its own.</summary>
    public static bool IsCancellation(Exception error) => error is OperationCanceledException or ConsumerCanceledException;

    public static bool Is(Exception error) => error is not PipelineException
        && (error is IOException or SocketException or TimeoutException
                or RabbitMQClientException or RabbitMqConnectionException or TransportException or OperationInterruptedException
            || IsCancellation(error)
            || (error.InnerException is { } inner && Is(inner)));
}
