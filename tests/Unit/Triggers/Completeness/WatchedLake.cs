using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Contracts;
using Pipeline.Lake.Places;
using Pipeline.Tests.Unit.Artifacts;
using Pipeline.Triggers;
using Pipeline.Triggers.Completeness;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Recording;

namespace Pipeline.Tests.Unit.Triggers.Completeness;

/// <summary>A store that events are recorded into, and watchers over it.</summary>
internal sealed class WatchedLake : IDisposable
{
    public const string Source = "s3://landing/images";

    private readonly TemporaryFolder _folder = new();
    private readonly DropsOptions _options;
    private int _events;

    public WatchedLake(DropCompletion complete = DropCompletion.Any, string? manifest = null)
    {
        Store = new FolderArtifactStore(_folder.Path);
        _options = new DropsOptions { Datasets = { ["images"] = new DropDatasetOptions { Prefix = Source, Complete = complete, Manifest = manifest } } };
    }

    public IArtifactStore Store { get; }

    public ManualClock Clock { get; } = new();

    /// <summary>Commands that were sent.</summary>
    public List<(IngestDataset Command, string? Traceparent)> Requests { get; } = [];

    /// <summary>Files of the lake that can be read.</summary>
    public Dictionary<string, string> Files { get; } = [];

    /// <summary>What the lake says when it is asked how many files there are.</summary>
    public long Counted { get; set; }

    /// <summary>Thrown when the command is to be sent.</summary>
    public Exception? Fault { get; set; }

    public FileEvent Event(string path, int second = 0, FileEventKind kind = FileEventKind.Created, string? sequencer = null, bool folder = false) => new()
    {
        Id = $"{_events++}",
        Kind = kind,
        Url = $"{Source}/{path}",
        Time = DateTimeOffset.UnixEpoch.AddSeconds(second),
        Dataset = "images",
        Source = Source,
        Sequencer = sequencer,
        Folder = folder,
    };

    public Task RecordAsync(params FileEvent[] events) => new DropRecorder(Store).RecordAsync(events);

    /// <summary>Looks once, as a worker that has just started does.</summary>
    public Task WatchAsync() => Watcher().WatchAsync();

    public DropWatcher Watcher()
    {
        var options = Options.Create(_options);
        var rule = new CompletionRule(
            (url, _) => Task.FromResult<ReadOnlyMemory<byte>?>(Files.TryGetValue(url, out var content) ? Encoding.UTF8.GetBytes(content) : null),
            (_, _, _, _) => Task.FromResult(Counted),
            Clock,
            NullLogger<CompletionRule>.Instance);
        return new DropWatcher(new DropShelf(Store), rule, new DropDatasets(options), SendAsync, options, Clock, NullLogger<DropWatcher>.Instance);
    }

    public async Task<int> CountAsync(string prefix) => await Store.ListAsync(prefix).CountAsync();

    public void Dispose() => _folder.Dispose();

    private Task SendAsync(IngestDataset command, string? traceparent, CancellationToken cancellation)
    {
        if (Fault is { } fault)
        {
            throw fault;
        }

        lock (Requests)
        {
            Requests.Add((command, traceparent));
        }

        return Task.CompletedTask;
    }
}
