using System.Runtime.ExceptionServices;
using MassTransit;

namespace Pipeline.Hosting.Bus;

/// <summary>
/// Before a message goes to the <c>_error</c> queue: one that failed for a passing reason goes back to its own queue instead, for another try or another worker.
/// The queue's delivery limit sees to it that this ends.
/// </summary>
internal sealed class GiveBackFilter : IFilter<ExceptionReceiveContext>
{
    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (TransientFault.Is(context.Exception))
        {
            // Whatever leaves this pipe is answered to the broker with a negative acknowledgement.
            ExceptionDispatchInfo.Throw(context.Exception);
        }

        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("give-back");
}
