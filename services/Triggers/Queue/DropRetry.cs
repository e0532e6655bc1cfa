using Microsoft.Extensions.Logging;
using Pipeline.Lake.Places;
using Polly;
using Polly.Retry;

namespace Pipeline.Triggers.Queue;

/// <summary>Background work that waits out a broker or a store: it tries again without end, after pauses that grow.</summary>
internal static class DropRetry
{
    public static ResiliencePipeline Create(
        DropsOptions options, TimeProvider clock, ILogger logger, string failed, Func<Task>? onRetry = null) =>
        new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = attempt => ValueTask.FromResult(
                    attempt.Outcome.Exception is not null && !attempt.Context.CancellationToken.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.Pause,
                MaxDelay = options.MaxPause,
                OnRetry = async retry =>
                {
                    logger.LogWarning(retry.Outcome.Exception, "{Failed}; trying again in {Pause}.", failed, retry.RetryDelay);
                    if (onRetry is not null)
                        await onRetry();
                },
            })
            .Build();
}
