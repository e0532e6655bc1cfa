using RabbitMQ.Client;

namespace Pipeline.Ingestion.Drops.Queue;

/// <summary>An entry of the error queue, under the headers that MassTransit uses, so that one tool can list every error queue.</summary>
public static class DropError
{
    private const string ExceptionType = "Pipeline.Ingestion.Drops.BadDropEvent";

    /// <param name="reason">One line.</param>
    /// <param name="headers">Of the message that it came in.</param>
    public static Task PublishAsync(
        IChannel channel, ReadOnlyMemory<byte> body, string reason, IDictionary<string, object?>? headers, TimeProvider clock, CancellationToken cancellation)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            Headers = new Dictionary<string, object?>(headers ?? new Dictionary<string, object?>())
            {
                ["MT-Reason"] = "fault",
                ["MT-Fault-ExceptionType"] = ExceptionType,
                ["MT-Fault-Message"] = reason,
                ["MT-Fault-Timestamp"] = clock.GetUtcNow().ToString("O"),
                ["MT-Fault-InputAddress"] = $"queue:{DropTopology.Queue}",
            },
        };
        return DropTopology.PublishAsync(channel, DropTopology.ErrorQueue, properties, body, cancellation);
    }
}
