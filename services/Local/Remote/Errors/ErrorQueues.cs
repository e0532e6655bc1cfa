using Pipeline.Contracts;
using Pipeline.Hosting.Bus;
using Pipeline.Ingestion.Drops.Queue;

namespace Pipeline.Local.Remote.Errors;

/// <summary>The queues whose messages can fail for good; what failed lies in the queue of the same name with <c>_error</c>.</summary>
internal static class ErrorQueues
{
    /// <summary>In the order of the flow.</summary>
    public static IReadOnlyList<string> All { get; } = [DropTopology.Queue, .. StageQueues.All.Select(feed => feed.Queue).Distinct()];

    /// <param name="wanted">With or without <c>_error</c>; null: all.</param>
    /// <exception cref="PipelineException">There is no such queue.</exception>
    public static IReadOnlyList<string> Choose(string? wanted) => wanted is null
        ? All
        : All.FirstOrDefault(queue => queue == wanted || RabbitMqQueues.ErrorQueueOf(queue) == wanted) is { } chosen
            ? [chosen]
            : throw new PipelineException($"There is no queue '{wanted}'; valid are {string.Join(", ", All)}.");
}
