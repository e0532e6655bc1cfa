using MassTransit;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Settings;
using Pipeline.Hosting.Telemetry;

namespace Pipeline.Hosting.Bus;

/// <summary>
/// Around retries: when a message has failed for good, records and tells why before the message goes to the <c>_error</c> queue. A passing fault is none: the
/// message goes back to its queue. Nor is work that stops because the process does.
/// </summary>
public sealed class RunFailureFilter<T>(RunLedger ledger, PipelineMetrics metrics) : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        try
        {
            await next.Send(context);
        }
        catch (Exception error) when (StageOfMessage.Of<T>() is { } && TransientFault.Is(error) && IsDurable(context))
        {
            metrics.GivenBack(typeof(T).Name);
            throw;
        }
        catch (Exception error) when (StageOfMessage.Of<T>() is { } stage && !TransientFault.IsCancellation(error))
        {
            metrics.Failed(typeof(T).Name);
            var queue = context.ReceiveContext.InputAddress.AbsolutePath.Split('/')[^1];
            var failed = new RunFailed((context.Message as IRunMessage)?.Run.RunId, stage, ErrorLine.Of(error), RabbitMqQueues.ErrorQueueOf(queue));
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
