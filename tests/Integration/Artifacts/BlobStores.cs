using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Blob;
using Pipeline.Tests.Unit.Artifacts;

namespace Pipeline.Tests.Integration.Artifacts;

/// <summary>Stores over a container of their own, each with a cache of its own unless told otherwise.</summary>
internal sealed class BlobStores(string connectionString, Action<StoreOptions>? change = null) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _caches;

    public string Container { get; } = $"c-{Guid.NewGuid():n}";

    public StoreMeasurements Measurements { get; } = new();

    /// <summary>Where the caches lie.</summary>
    public string Folder => _folder.Path;

    public BlobArtifactStore Open() => Open($"cache-{_caches++}");

    public BlobArtifactStore Open(string cache)
    {
        var options = new StoreOptions
        {
            Blob = new BlobOptions { ConnectionString = connectionString, Container = Container },
            Cache = new CacheOptions { Folder = _folder[cache], Grace = TimeSpan.Zero },
        };
        change?.Invoke(options);
        return new BlobArtifactStore(options, NullLoggerFactory.Instance, Measurements.Meters, TimeProvider.System);
    }

    public void Dispose()
    {
        Measurements.Dispose();
        _folder.Dispose();
    }
}
