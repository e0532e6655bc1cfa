using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Hosting.Bus;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Recording;
using Polly;
using Polly.Retry;

namespace Pipeline.Triggers.Completeness;

/// <summary>
/// Looks at the pending drops and asks for each that is complete to be ingested: first the command, then the drop is written down as done, then its records go. A kill
/// between any two only repeats. Any number of workers may watch: of several that ask for one drop, the import that they ask for is the same.
/// </summary>
public sealed class DropWatcher(
    DropShelf shelf, CompletionRule rule, DropDatasets datasets, DatasetRequester request, IOptions<DropsOptions> options, TimeProvider clock, ILogger<DropWatcher> logger)
    : BackgroundService
{
    /// <summary>Looks once.</summary>
    public async Task WatchAsync(CancellationToken cancellation = default)
    {
        foreach (var pending in await shelf.PendingAsync(cancellation))
        {
            var before = await shelf.NewestDoneAsync(pending.Dataset, cancellation);
            var done = before?.Records.ToHashSet(StringComparer.Ordinal) ?? [];
            // Left over from a kill, or delivered once more after the drop was done.
            var (known, records) = (pending.Records.Where(record => done.Contains(DropKeys.NameOf(record.Key))), pending.Records.Where(record => !done.Contains(DropKeys.NameOf(record.Key))).ToList());
            await shelf.RemoveAsync(known, cancellation);
            var drop = pending with { Records = records };
            if (records.Count > 0 && await rule.CompleteAsync(drop, datasets.RuleOf(drop.Dataset.Name), before, cancellation) is { } by)
            {
                await CompleteAsync(drop, by, before, cancellation);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var passing = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is not null && !attempt.Context.CancellationToken.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.Value.Pause,
                MaxDelay = options.Value.MaxPause,
                OnRetry = retry =>
                {
                    logger.LogWarning(retry.Outcome.Exception, "Pending drops could not be looked at; trying again in {Pause}.", retry.RetryDelay);
                    return default;
                },
            })
            .Build();
        using var timer = new PeriodicTimer(options.Value.WatchInterval, clock);
        do
        {
            await passing.ExecuteAsync(async token => await WatchAsync(token), stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CompleteAsync(PendingDrop drop, DropCompletion by, DoneDrop? before, CancellationToken cancellation)
    {
        var files = drop.Files.Count();
        var last = drop.Events.Where(found => found.Traceparent is not null).MaxBy(found => found.Time);
        await request(new IngestDataset(drop.Dataset.Name, drop.Dataset.Source), last?.Traceparent, cancellation);
        var done = new DoneDrop(
            drop.Dataset.Name,
            drop.Dataset.Source,
            by,
            files,
            [.. drop.Records.Select(record => DropKeys.NameOf(record.Key))],
            CompletionRule.Successes(drop, before));
        await shelf.MoveAsync(drop, done, cancellation);
        logger.LogInformation("A drop of {Files} files into {Dataset} is complete by {By}.", files, drop.Dataset.Name, by);
    }
}

/// <summary>Sends the command over the bus, as a part of the trace that the event came with.</summary>
public sealed class DatasetRequests(IBus bus)
{
    public async Task SendAsync(IngestDataset command, string? traceparent, CancellationToken cancellation)
    {
        using var trace = new Activity("drop complete").SetIdFormat(ActivityIdFormat.W3C);
        if (ActivityContext.TryParse(traceparent, null, out _))
        {
            trace.SetParentId(traceparent!);
        }

        trace.Start();
        await bus.PublishInTimeAsync(command, cancellation);
    }
}

/// <summary>Sends the command, durably: when it ends, the bus has it.</summary>
/// <param name="traceparent">W3C trace context of the event that completed the drop.</param>
public delegate Task DatasetRequester(IngestDataset command, string? traceparent, CancellationToken cancellation);

/// <summary>Reads a small file of the lake; null where there is none.</summary>
/// <param name="url">Plain text, not percent-encoded.</param>
public delegate Task<ReadOnlyMemory<byte>?> LakeFileReader(string url, CancellationToken cancellation);

/// <summary>How many files lie below a folder of the lake, at any depth, that may be a dataset's content: hidden ones, <c>_SUCCESS</c> and the manifest itself do not count.</summary>
public delegate Task<long> LakeFileCounter(string dataset, string url, string manifest, CancellationToken cancellation);
