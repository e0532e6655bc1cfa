using System.ComponentModel.DataAnnotations;

namespace Pipeline.Pretraining;

/// <summary>Bound from "Pretraining"; checked at start.</summary>
public sealed class PretrainingOptions
{
    /// <summary>Longest time one slice may train before it checkpoints: what a kill can cost.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:20:00")]
    public TimeSpan SliceBudget { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Batches kept ready while one trains.</summary>
    [Range(1, 64)]
    public int BatchesAhead { get; init; } = 4;

    /// <summary>Points of the loss curve over the whole run.</summary>
    [Range(1, 10_000)]
    public int Points { get; init; } = 100;

    /// <summary>How often of these points held-out samples are measured, the last point always.</summary>
    [Range(1, 10_000)]
    public int MeasureEvery { get; init; } = 10;

    /// <summary>Held-out samples to measure on along the way.</summary>
    [Range(2, 100_000)]
    public int HeldOutSamples { get; init; } = 128;

    /// <summary>Held-out samples to measure on at the end.</summary>
    [Range(2, 1_000_000)]
    public int FinalHeldOutSamples { get; init; } = 512;

    /// <summary>A feature deviation below this, twice in a row, is a collapse.</summary>
    [Range(0.0, 1.0)]
    public double CollapseDeviation { get; init; } = 0.01;

    /// <summary>An effective rank below this, twice in a row, is a collapse.</summary>
    [Range(1.0, 1000.0)]
    public double CollapseRank { get; init; } = 1.2;
}
