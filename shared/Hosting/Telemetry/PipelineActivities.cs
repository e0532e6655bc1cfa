using System.Diagnostics;

namespace Pipeline.Hosting.Telemetry;

/// <summary>Spans of the pipeline's own, beside those of the bus and the web server.</summary>
public static class PipelineActivities
{
    public const string SourceName = "Pipeline";

    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>A span that goes on with a trace that was kept as text, as a record of it outlives the process.</summary>
    /// <param name="traceParent">W3C traceparent; null or unreadable starts a new trace.</param>
    public static Activity? Continue(string name, string? traceParent) => Source.StartActivity(
        name, ActivityKind.Consumer, ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent) ? parent : default);
}
