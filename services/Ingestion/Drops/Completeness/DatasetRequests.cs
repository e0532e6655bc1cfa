using System.Diagnostics;
using MassTransit;
using Pipeline.Contracts;
using Pipeline.Hosting.Bus;

namespace Pipeline.Ingestion.Drops.Completeness;

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
