using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Hosting.Bus;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Queue;

namespace Pipeline.Triggers.Completeness;

/// <summary>Asks for each pending drop that is complete to be ingested: first the command, then the drop is written down as done, then its
/// records go. A kill between any two only repeats. Any number of workers may watch: they ask for the same import.</summary>
public sealed class DropWatcher(
    DropShelf shelf, CompletionRule rule, IDropRequests requests, IOptions<DropsOptions> options, TimeProvider clock,
    ILogger<DropWatcher> logger) : BackgroundService
{
    public async Task WatchAsync(CancellationToken cancellation = default)
    {
        foreach (var pending in await shelf.PendingAsync(cancellation))
        {
            var before = await shelf.NewestDoneAsync(pending.Dataset, cancellation);
            var done = before?.Records.ToHashSet(StringComparer.Ordinal) ?? [];
            // Known ones are left over from a kill, or were delivered once more after the drop was done.
            var records = pending.Records.ToLookup(record => done.Contains(record.Name));
            await shelf.RemoveAsync(records[true], cancellation);
            var drop = pending with { Records = [.. records[false]] };
            if (drop.Records.Count > 0 && await rule.CompleteAsync(drop, before, cancellation) is { } by)
                await CompleteAsync(drop, by, before, cancellation);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var passing = DropRetry.Create(options.Value, clock, logger, "Pending drops could not be looked at");
        using var timer = new PeriodicTimer(options.Value.WatchInterval, clock);
        do
        {
            await passing.ExecuteAsync(async token => await WatchAsync(token), stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CompleteAsync(PendingDrop drop, DropCompletion by, DoneDrop? before, CancellationToken cancellation)
    {
        var (dataset, source) = drop.Dataset;
        var files = drop.Files.Count();
        var last = drop.Events.Where(found => found.Traceparent is not null).MaxBy(found => found.Time);
        await requests.SendAsync(new IngestDataset(dataset, source), last?.Traceparent, cancellation);
        string[] records = [.. drop.Records.Select(record => record.Name)];
        var done = new DoneDrop(dataset, source, by, files, records, CompletionRule.Successes(drop, before));
        await shelf.MoveAsync(drop, done, cancellation);
        logger.LogInformation("A drop of {Files} files into {Dataset} is complete by {By}.", files, dataset, by);
    }
}

/// <summary>Asks for the ingestion of a complete drop.</summary>
public interface IDropRequests
{
    /// <summary>When it ends, the bus has the command.</summary>
    Task SendAsync(IngestDataset command, string? traceparent, CancellationToken cancellation);
}

/// <summary>Sends the command over the bus, as a part of the trace that the event came with.</summary>
internal sealed class DropRequests(IBus bus) : IDropRequests
{
    public async Task SendAsync(IngestDataset command, string? traceparent, CancellationToken cancellation)
    {
        using var trace = new Activity("drop complete").SetIdFormat(ActivityIdFormat.W3C);
        if (ActivityContext.TryParse(traceparent, null, out _))
            trace.SetParentId(traceparent!);
        trace.Start();
        await bus.PublishInTimeAsync(command, cancellation);
    }
}
