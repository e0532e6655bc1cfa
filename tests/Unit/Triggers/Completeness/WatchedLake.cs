using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Experiments;
using Pipeline.Lake.Places;
using Pipeline.Tests.Unit.Artifacts;
using Pipeline.Tests.Unit.Ingestion;
using Pipeline.Triggers.Completeness;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Recording;

namespace Pipeline.Tests.Unit.Triggers.Completeness;

/// <summary>A store that events are recorded into, and watchers over it.</summary>
internal sealed class WatchedLake : IDropRequests, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DropsOptions _options;
    private int _events;

    public WatchedLake(DropCompletion complete = DropCompletion.Any, string? manifest = null)
    {
        Store = new FolderArtifactStore(_folder["store"]);
        Directory.CreateDirectory(Source);
        _options = new DropsOptions
        {
            Datasets = { ["images"] = new DropDatasetOptions { Prefix = Source, Complete = complete,
            Manifest = manifest } }
        };
    }

    public IArtifactStore Store { get; }

    /// <summary>The dataset's folder.</summary>
    public string Source => _folder["lake"];

    public ManualClock Clock { get; } = new();

    /// <summary>Commands that were sent.</summary>
    public List<(IngestDataset Command, string? Traceparent)> Requests { get; } = [];

    /// <summary>Thrown when the command is to be sent.</summary>
    public Exception? Fault { get; set; }

    public FileEvent Event(string path, int second = 0, FileEventKind kind = FileEventKind.Created, string? sequencer = null,
        bool folder = false) => new()
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

    /// <summary>A file that is in the lake, whether an event tells of it or not.</summary>
    public void Drop(string path, string content) => File.WriteAllText(Path.Combine(Source, path), content);

    public Task RecordAsync(params FileEvent[] events) => new DropRecorder(Store).RecordAsync(events);

    /// <summary>Looks once, as a worker that has just started does.</summary>
    public Task WatchAsync() => Watcher().WatchAsync();

    public DropWatcher Watcher()
    {
        var options = Options.Create(_options);
        var files = new DropFiles(TestLake.Folders(), new DropExperiments(Store));
        var rule = new CompletionRule(files, options, Clock, NullLogger<CompletionRule>.Instance);
        return new DropWatcher(new DropShelf(Store), rule, this, options, Clock, NullLogger<DropWatcher>.Instance);
    }

    public async Task<int> CountAsync(string prefix) => await Store.ListAsync(prefix).CountAsync();

    public void Dispose() => _folder.Dispose();

    Task IDropRequests.SendAsync(IngestDataset command, string? traceparent, CancellationToken cancellation)
    {
        if (Fault is { } fault)
            throw fault;
        lock (Requests)
            Requests.Add((command, traceparent));
        return Task.CompletedTask;
    }
}
