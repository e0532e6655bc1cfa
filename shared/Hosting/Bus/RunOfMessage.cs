using System.Text.Json;

namespace Pipeline.Hosting.Bus;

/// <summary>Which run a message is about, read from its body as it lies in a queue.</summary>
public static class RunOfMessage
{
    /// <summary>The <c>runId</c> of the message's <c>run</c>, or its own; null where the message names no run or is no JSON object.</summary>
    public static string? IdOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var message = JsonDocument.Parse(body);
            return Property(message.RootElement, "run") is { ValueKind: JsonValueKind.Object } run ? Text(run) : Text(message.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement holder) => Property(holder, "runId") is { ValueKind: JsonValueKind.String } id ? id.GetString() : null;

    private static JsonElement? Property(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var value) ? value : null;
}
