using MassTransit;
using Microsoft.Extensions.Hosting;
using Pipeline.Contracts;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Hosting.Bus;

/// <summary>
/// Around retries: when a message has failed for good, tells the run's followers why before the message goes to the <c>_error</c> queue.
/// Work that stops because the process does is no failure.
/// </summary>
public sealed class RunFailureFilter<T>(IHostApplicationLifetime lifetime) : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        try
        {
            await next.Send(context);
        }
        catch (Exception error) when (StageOfMessage.Of<T>() is { } stage && !(error is OperationCanceledException && lifetime.ApplicationStopping.IsCancellationRequested))
        {
            await context.Publish(new RunFailed((context.Message as IRunMessage)?.Run.RunId, stage, Reason(error)));
            throw;
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("run-failure");

    private static string Reason(Exception error) => error is PipelineException
        ? error.Message
        : $"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}";
}
