using System.Text.Json.Serialization;

namespace Pipeline.Hosting.Events;

/// <summary>An event for whoever listens outside, in the JSON form of CloudEvents 1.0.</summary>
/// <param name="Id">The same for the same event, however often it is sent: consumers can tell repeats by it.</param>
/// <param name="Type">Such as <c>pipeline.verdict.reached</c>.</param>
/// <param name="Subject">The run.</param>
public sealed record OutgoingEvent(string Id, string Type, string? Subject, DateTimeOffset Time, object Data)
{
    [JsonPropertyName("specversion")]
    public string SpecVersion { get; } = "1.0";

    public string Source { get; } = "/pipeline";

    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; } = "application/json";

    /// <summary>W3C trace context, by the CloudEvents extension for distributed tracing.</summary>
    [JsonPropertyName("traceparent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }
}
