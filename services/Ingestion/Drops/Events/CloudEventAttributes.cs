using System.Text;

namespace Pipeline.Ingestion.Drops.Events;

/// <summary>The attributes of a CloudEvent in binary mode: they stand in headers, and the body is the data alone.</summary>
public sealed record CloudEventAttributes(string? Id, string? Type, string? Source, string? Subject, string? Time)
{
    private const string Http = "ce-";

    /// <summary>The AMQP binding knows both; the second is for clients that take the colon amiss.</summary>
    private static readonly string[] Amqp = ["cloudEvents:", "cloudEvents_"];

    /// <param name="header">The value of the HTTP header, or null.</param>
    /// <returns>Null where the request is no CloudEvent in binary mode.</returns>
    public static CloudEventAttributes? FromHttp(Func<string, string?> header) => From(name => header(Http + name) is { } value ? Uri.UnescapeDataString(value) : null);

    /// <returns>Null where the message is no CloudEvent in binary mode.</returns>
    public static CloudEventAttributes? FromAmqp(IDictionary<string, object?>? headers) =>
        headers is null ? null : From(name => Amqp.Select(prefix => headers.TryGetValue(prefix + name, out var value) ? Plain(value) : null).FirstOrDefault(value => value is not null));

    private static CloudEventAttributes? From(Func<string, string?> attribute) =>
        attribute("specversion") is null ? null : new(attribute("id"), attribute("type"), attribute("source"), attribute("subject"), attribute("time"));

    private static string? Plain(object? value) => value switch
    {
        byte[] text => Encoding.UTF8.GetString(text),
        string text => text,
        RabbitMQ.Client.AmqpTimestamp time => DateTimeOffset.FromUnixTimeSeconds(time.UnixTime).ToString("O"),
        _ => null,
    };
}
