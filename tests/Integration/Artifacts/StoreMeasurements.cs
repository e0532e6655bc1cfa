using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Artifacts;

namespace Pipeline.Tests.Integration.Artifacts;

/// <summary>What the stores that were given this measured, and nothing of other tests.</summary>
internal sealed class StoreMeasurements : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _sums = new();

    public StoreMeasurements()
    {
        Meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ArtifactMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, Meters))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _listener.Start();
    }

    public IMeterFactory Meters { get; }

    public long BytesRead => Sum("pipeline.artifacts.read");

    public long BytesWritten => Sum("pipeline.artifacts.written");

    public long CacheHits => Sum("pipeline.artifacts.cache.hits");

    public long CacheMisses => Sum("pipeline.artifacts.cache.misses");

    public long Retries => Sum("pipeline.artifacts.retries");

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    private long Sum(string name) => _sums.GetValueOrDefault(name);
}
