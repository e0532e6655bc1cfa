using System.Globalization;
using System.Security.Cryptography;
using Pipeline.Hosting.Bus;
using RabbitMQ.Client;

namespace Pipeline.Cli.Remote.Errors;

/// <summary>A message in an error queue. The names are those of <c>errors --json</c>, which docs/commands.md describes.</summary>
/// <param name="Id">Of the message; where it has none, made of its body.</param>
/// <param name="Queue">Where it came from, and goes when it is replayed.</param>
/// <param name="Failed">When; null where nobody wrote it down.</param>
/// <param name="ExceptionType">Null where no exception was thrown: the broker gave up on it.</param>
internal sealed record FailedMessage(string Id, string Queue, DateTimeOffset? Failed, string? RunId, string? ExceptionType, string Reason)
{
    private const int DigestBytes = 8;

    public static FailedMessage Of(string queue, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        var headers = properties.Headers;
        return new FailedMessage(
            properties.MessageId is { Length: > 0 } id ? id : Convert.ToHexStringLower(SHA256.HashData(body.Span).AsSpan(0, DigestBytes)),
            queue,
            DateTimeOffset.TryParse(AmqpHeaders.Text(headers, FaultHeaders.Time), CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var failed) ? failed : DeathOf(headers),
            RunOfMessage.IdOf(body),
            AmqpHeaders.Text(headers, FaultHeaders.ExceptionType),
            ReasonOf(headers));
    }

    public bool Matches(string? run, string? id) => (run is null || RunId == run) && (id is null || Id == id);

    public IReadOnlyList<string> Cells(DateTimeOffset now) =>
        [Id, Queue, Failed is { } failed ? Age(now - failed) : "", RunId ?? "", ExceptionType?.Split('.')[^1] ?? "", Reason];

    private static string Age(TimeSpan age) => age.TotalDays >= 1 ? $"{(int)age.TotalDays} d {age.Hours} h"
        : age.TotalHours >= 1 ? $"{(int)age.TotalHours} h {age.Minutes} min"
        : age.TotalMinutes >= 1 ? $"{(int)age.TotalMinutes} min"
        : $"{Math.Max(0, (int)age.TotalSeconds)} s";

    // A message may have failed after it was given up before: what MassTransit says is newer.
    private static string ReasonOf(IDictionary<string, object?>? headers) =>
        AmqpHeaders.Text(headers, FaultHeaders.Reason) is { } reason ? reason.ReplaceLineEndings(" ")
        : AmqpHeaders.Text(headers, FaultHeaders.FirstDeathReason) is FaultHeaders.DeliveryLimitReached
        ? "delivered as often as its queue allows (Bus:DeliveryLimit) without an end: it may be what kills its consumers"
        : "unknown";

    private static DateTimeOffset? DeathOf(IDictionary<string, object?>? headers) =>
        headers?.TryGetValue(FaultHeaders.Deaths, out var deaths) == true
        && deaths is IList<object?> and [IDictionary<string, object?> last, ..]
        && last.TryGetValue(FaultHeaders.DeathTime, out var time) && time is AmqpTimestamp stamp
            ? DateTimeOffset.FromUnixTimeSeconds(stamp.UnixTime)
            : null;
}
