using System.ComponentModel.DataAnnotations;

namespace Pipeline.Artifacts.Blob;

/// <summary>
/// Bound from "Store:Resilience". The defaults ride out a store that is down for more than a minute; after that the message that needed it
/// is tried again by the bus.
/// </summary>
public sealed class ResilienceOptions
{
    /// <summary>How often a request is tried in all.</summary>
    [Range(2, 100)]
    public int Attempts { get; set; } = 12;

    /// <summary>The wait before the second attempt, on average; it doubles from one attempt to the next.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest wait between two attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest that one attempt may take: one block there or back.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The part of requests that must fail for the circuit to open: then nothing is sent for <see cref="BreakDuration"/>.</summary>
    [Range(0.01, 1.0)]
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>Fewer requests than this within <see cref="BreakerSampling"/> say nothing.</summary>
    [Range(2, 10_000)]
    public int BreakerMinimumThroughput { get; set; } = 10;

    /// <summary>The time over which requests are counted.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan BreakerSampling { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an open circuit waits until it lets one request through to see.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that the question whether the store is there may take; it is asked once.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
