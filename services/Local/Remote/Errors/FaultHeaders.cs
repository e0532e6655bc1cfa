namespace Pipeline.Local.Remote.Errors;

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

    private static readonly string[] Starts = ["MT-Fault-", "MT-Reason", "MT-Host-", "x-death", "x-first-death-", "x-last-death-", "x-delivery-count"];

    /// <summary>A message's own headers, as it had them before it failed.</summary>
    public static Dictionary<string, object?> Without(IDictionary<string, object?>? headers) => (headers ?? new Dictionary<string, object?>())
        .Where(header => header.Key == Sender || !Starts.Any(start => header.Key.StartsWith(start, StringComparison.OrdinalIgnoreCase)))
        .ToDictionary(header => header.Key, header => header.Value);
}
