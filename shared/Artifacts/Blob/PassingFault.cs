using Azure;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Pipeline.Artifacts.Blob;

/// <summary>Which failures of a request pass by themselves: no connection, a broken one, no answer in time, and what the service itself calls passing.</summary>
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
        return cause is RequestFailedException { Status: > 0 } failed ? $"it answered {failed.Status} {failed.ErrorCode}".TrimEnd() : FirstLine(cause.Message);
    }

    private static string FirstLine(string text) => text.AsSpan().Trim().ToString().Split('\n', '\r')[0];
}
