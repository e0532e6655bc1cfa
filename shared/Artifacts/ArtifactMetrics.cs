using System.Diagnostics.Metrics;

namespace Pipeline.Artifacts;

/// <summary>What a blob store moves and spares; the resilience pipeline itself reports under the meter "Polly".</summary>
public sealed class ArtifactMetrics
{
    public const string MeterName = "Pipeline.Artifacts";

    public ArtifactMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        BytesRead = meter.CreateCounter<long>("pipeline.artifacts.read", "By", "Bytes read from the store.");
        BytesWritten = meter.CreateCounter<long>("pipeline.artifacts.written", "By", "Bytes written to the store.");
        CacheHits = meter.CreateCounter<long>("pipeline.artifacts.cache.hits", "{file}", "Files that were wanted and in the cache.");
        CacheMisses = meter.CreateCounter<long>(
            "pipeline.artifacts.cache.misses", "{file}", "Files that were wanted and had to be downloaded.");
        Retries = meter.CreateCounter<long>("pipeline.artifacts.retries", "{request}", "Requests that were sent again.");
    }

    internal Counter<long> BytesRead { get; }
    internal Counter<long> BytesWritten { get; }
    internal Counter<long> CacheHits { get; }
    internal Counter<long> CacheMisses { get; }
    internal Counter<long> Retries { get; }
}
