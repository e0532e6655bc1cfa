using System.Text;
using RabbitMQ.Client;

namespace Pipeline.Hosting.Bus;

/// <summary>Headers of messages that are read without MassTransit.</summary>
public static class AmqpHeaders
{
    /// <summary>The text of a header, of a time in ISO 8601; null where it is missing or no text.</summary>
    public static string? Text(IDictionary<string, object?>? headers, string name) => headers?.TryGetValue(name, out var value) != true
        ? null
        : value switch
        {
            byte[] text => Encoding.UTF8.GetString(text),
            string text => text,
            AmqpTimestamp time => DateTimeOffset.FromUnixTimeSeconds(time.UnixTime).ToString("O"),
            _ => null,
        };
}
