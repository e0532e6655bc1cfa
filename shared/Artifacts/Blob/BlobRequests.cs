using Azure;
using Azure.Identity;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Telemetry;
using Polly.Timeout;

namespace Pipeline.Artifacts.Blob;

/// <summary>
/// The one way to blob storage: each request by itself is tried again after passing faults, with growing waits; a circuit breaker keeps
/// off a store that is down; no attempt takes longer than its limit. The SDK's own retries are off.
/// </summary>
internal sealed class BlobRequests
{
    private readonly string _store;
    private readonly ResiliencePipeline _pipeline;

    /// <param name="store">Its address without any secret, for errors.</param>
    public BlobRequests(string store, ResilienceOptions options, ILoggerFactory logs, ArtifactMetrics metrics, TimeProvider time)
    {
        _store = store;
        _pipeline = new ResiliencePipelineBuilder { Name = "artifact-store", TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = static attempt => ValueTask.FromResult(IsPassing(attempt.Outcome, attempt.Context)),
                MaxRetryAttempts = options.Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.BaseDelay,
                MaxDelay = options.MaxDelay,
                OnRetry = _ =>
                {
                    metrics.Retries.Add(1);
                    return default;
                },
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = static attempt => ValueTask.FromResult(IsPassing(attempt.Outcome, attempt.Context)),
                FailureRatio = options.BreakerFailureRatio,
                MinimumThroughput = options.BreakerMinimumThroughput,
                SamplingDuration = options.BreakerSampling,
                BreakDuration = options.BreakDuration,
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.AttemptTimeout })
            .ConfigureTelemetry(new TelemetryOptions { LoggerFactory = logs })
            .Build();
    }

    /// <param name="operation">One of a few words, for telemetry.</param>
    /// <param name="what">The key or prefix that it is about.</param>
    /// <param name="request">May run many times.</param>
    /// <exception cref="StoreUnavailableException">Every attempt met a passing fault.</exception>
    /// <exception cref="RequestFailedException">There is no such blob, or a condition of the request does not hold; see <see cref="BlobAnswer"/>.</exception>
    /// <exception cref="PipelineException">The store refuses the request.</exception>
    public async Task<T> RunAsync<T>(string operation, string what, Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        var context = ResilienceContextPool.Shared.Get(operation, cancellation);
        try
        {
            return await _pipeline.ExecuteAsync(static async (context, request) => await request(context.CancellationToken), context, request);
        }
        catch (Exception error) when (PassingFault.Is(error, cancellation))
        {
            throw new StoreUnavailableException(_store, what, PassingFault.Reason(error), error);
        }
        catch (RequestFailedException error) when (!BlobAnswer.IsForTheCaller(error))
        {
            throw BlobAnswer.Refusal(_store, what, error);
        }
        catch (AuthenticationFailedException error)
        {
            throw BlobAnswer.NoIdentity(_store, error);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static bool IsPassing<T>(Outcome<T> outcome, ResilienceContext context) =>
        outcome.Exception is { } error && PassingFault.Is(error, context.CancellationToken);
}
