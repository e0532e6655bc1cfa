using Pipeline.Hosting.Bus;

namespace Pipeline.Cli.Remote.Errors;

/// <summary>The queues whose messages can fail for good; what failed lies in the queue of the same name with <c>_error</c>.</summary>
internal static class ErrorQueues
{
    /// <summary>In the order of the flow.</summary>
    public static IReadOnlyList<string> All { get; } = [StageQueues.Drops, .. StageQueues.All.Select(feed => feed.Queue).Distinct()];

    /// <param name="wanted">With or without <c>_error</c>; null: all.</param>
    /// <exception cref="PipelineException">There is no such queue.</exception>
    public static IReadOnlyList<string> Choose(string? wanted) => wanted is null
        ? All
        : All.FirstOrDefault(queue => queue == wanted || RabbitMqQueues.ErrorQueueOf(queue) == wanted) is { } chosen
            ? [chosen]
            : throw new PipelineException($"There is no queue '{wanted}'; it must be one of {string.Join(", ", All)}.");
}

/// <summary>What MassTransit and the broker write on a message that failed for good.</summary>
internal static class FaultHeaders
{
    public const string Reason = "MT-Fault-Message";
    public const string ExceptionType = "MT-Fault-ExceptionType";
    public const string Time = "MT-Fault-Timestamp";

    public const string FirstDeathReason = "x-first-death-reason";
    public const string DeliveryLimitReached = "delivery_limit";
    public const string Deaths = "x-death";
    public const string DeathTime = "time";

    /// <summary>Of the process that sent the message; its like are of the process that failed.</summary>
    private const string Sender = "MT-Host-Info";

    private static readonly string[] Starts =
        ["MT-Fault-", "MT-Reason", "MT-Host-", "x-death", "x-first-death-", "x-last-death-", "x-delivery-count"];

    /// <summary>A message's own headers, as it had them before it failed.</summary>
    public static Dictionary<string, object?> Without(IDictionary<string, object?>? headers) =>
        (headers ?? new Dictionary<string, object?>())
        .Where(header => header.Key == Sender || !Starts.Any(start => header.Key.StartsWith(start, StringComparison.OrdinalIgnoreCase)))
        .ToDictionary(header => header.Key, header => header.Value);
}
