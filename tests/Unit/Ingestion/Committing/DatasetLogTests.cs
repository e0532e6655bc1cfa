using Microsoft.Extensions.Logging;
using Pipeline.Ingestion.Committing;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public class DatasetLogTests
{
    [Fact]
    public void The_dataset_is_an_entry_and_so_is_each_warning()
    {
        var log = new Entries();

        DatasetLog.Write(log, new DatasetManifest
        {
            Dataset = "pictures",
            Input = new(),
            Classes = ["cat", "dog"],
            Shards = [],
            Provenance = new("p", "sha256:", 0),
            Summary = new(120, 60, 3, new Dictionary<string, long> { ["corrupt"] = 4 }, 84, 12, 24),
            ClassCounts = [],
            Warnings = [new(WarningCode.ClassOfOne, 1, "One."), new(WarningCode.UnmatchedRows, 80, "Eighty.")],
            Seconds = 0,
        });

        Assert.Equal([LogLevel.Information, LogLevel.Warning, LogLevel.Warning], log.Select(entry => entry.Level));
        Assert.Equal(120L, log[0].Values["Samples"]);
        Assert.Equal(("unmatched-rows", 80L, "Eighty."), (log[2].Values["Code"], log[2].Values["Count"], log[2].Values["Message"]));
    }

    private sealed class Entries : List<(LogLevel Level, Dictionary<string, object?> Values)>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add((logLevel, new((IEnumerable<KeyValuePair<string, object?>>)state!)));
    }
}
