using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Telemetry;
using Polly.Timeout;

namespace Pipeline.Artifacts.Blob;

/// <summary>The one way to blob storage: each request by itself is tried again after passing faults, with growing waits; a circuit breaker
/// keeps off a store that is down; no attempt takes longer than its limit. The SDK's own retries are off.</summary>
internal sealed class BlobRequests
{
    private readonly ResiliencePipeline _pipeline;

    /// <param name="store">Its address without any secret, for errors.</param>
    public BlobRequests(string store, ResilienceOptions options, ILoggerFactory logs, ArtifactMetrics metrics, TimeProvider time)
    {
        Store = store;
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

    /// <summary>The store's address, without any signature.</summary>
    public string Store { get; }

    /// <param name="operation">One of a few words, for telemetry.</param>
    /// <param name="what">The key or prefix that it is about.</param>
    /// <param name="request">May run many times.</param>
    /// <exception cref="StoreUnavailableException">Every attempt met a passing fault.</exception>
    /// <exception cref="RequestFailedException">There is no such blob, or a condition of the request does not hold; see
    /// <see cref="BlobAnswer"/>.</exception>
    /// <exception cref="PipelineException">The store refuses the request.</exception>
    public async Task<T> RunAsync<T>(
        string operation, string what, Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        var context = ResilienceContextPool.Shared.Get(operation, cancellation);
        try
        {
            return await _pipeline.ExecuteAsync(async attempt => await request(attempt.CancellationToken), context);
        }
        catch (Exception error) when (Meaning(what, error, cancellation) is { } meaning)
        {
            throw meaning;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>What an error is to whoever uses the store; null for an answer that the caller of a request expects.</summary>
    public Exception? Meaning(string what, Exception error, CancellationToken cancellation) => error switch
    {
        _ when PassingFault.Is(error, cancellation) => new StoreUnavailableException(Store, what, PassingFault.Reason(error), error),
        RequestFailedException failed when !BlobAnswer.IsForTheCaller(failed) => Refusal(what, failed),
        AuthenticationFailedException => new PipelineException(
            $"No identity of this machine opens the store {Store}: {PassingFault.Reason(error)} "
            + "It must be a workload or managed identity, AZURE_CLIENT_ID and its companions, or az login."),
        _ => null,
    };

    // Without the SDK's error inside: of a refused signature it quotes what was signed.
    private PipelineException Refusal(string what, RequestFailedException error) => error.Status is 401 or 403
        ? new($"The store {Store} does not let this identity at '{what}' ({error.Status} {error.ErrorCode}); "
            + "it must have the role Storage Blob Data Contributor, or the account's key.")
        : new($"The store {Store} refuses the request for '{what}': {error.Status} {error.ErrorCode}.");

    private static bool IsPassing<T>(Outcome<T> outcome, ResilienceContext context) =>
        outcome.Exception is { } error && PassingFault.Is(error, context.CancellationToken);
}

/// <summary>What the service answered when it did not do as asked.</summary>
internal static class BlobAnswer
{
    /// <summary>There is no such blob, or no such container.</summary>
    public static bool IsNotFound(RequestFailedException error) => error.Status == 404;
    public static bool IsOutOfRange(RequestFailedException error) => error.Status == 416;

    /// <summary>A create-only write met a blob.</summary>
    public static bool IsTaken(RequestFailedException error) => IsChanged(error) || error.ErrorCode == BlobErrorCode.BlobAlreadyExists;

    /// <summary>The blob has another ETag than the request was for.</summary>
    public static bool IsChanged(RequestFailedException error) => error.Status == 412;

    /// <summary>Blocks that were staged are gone: another writer's commit dropped them, or the server lost them.</summary>
    public static bool AreBlocksGone(RequestFailedException error) => error.ErrorCode == BlobErrorCode.InvalidBlockList;

    public static bool IsForTheCaller(RequestFailedException error) =>
        IsNotFound(error) || IsTaken(error) || IsOutOfRange(error) || AreBlocksGone(error);
}

/// <summary>Which failures pass by themselves: no connection, a broken one, no answer in time, what the service calls passing.</summary>
internal static class PassingFault
{
    public static bool Is(Exception error, CancellationToken cancellation) => error switch
    {
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or 500 or 502 or 503 or 504,
        TimeoutRejectedException or BrokenCircuitException or IOException or HttpRequestException => true,
        // The SDK's own time limit on an answer's parts.
        OperationCanceledException => !cancellation.IsCancellationRequested,
        AggregateException many => many.InnerExceptions.All(one => Is(one, cancellation)),
        _ => false,
    };

    /// <summary>What went wrong, in one line.</summary>
    public static string Reason(Exception error)
    {
        var cause = error.GetBaseException();
        return cause is RequestFailedException { Status: > 0 } failed
            ? $"it answered {failed.Status} {failed.ErrorCode}".TrimEnd()
            : cause.Message.Trim().Split('\n', '\r')[0];
    }
}
