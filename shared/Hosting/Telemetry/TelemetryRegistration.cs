using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Pipeline.Hosting.Telemetry;

/// <summary>OpenTelemetry: metrics for Prometheus at <c>/metrics</c>, and traces and metrics by OTLP where the standard variable
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector. The bus carries the trace context, so one trace follows a drop through all
/// services.</summary>
internal static class TelemetryRegistration
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static IServiceCollection AddTelemetry(this IServiceCollection services, Stage stage)
    {
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                $"pipeline-{System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(stage.ToString())}"))
            .WithMetrics(metrics => metrics
                .AddMeter(PipelineMetrics.MeterName, "Pipeline.Artifacts", "Polly", "MassTransit", "Microsoft.AspNetCore.Hosting")
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter())
            .WithTracing(traces => traces
                .AddSource("MassTransit", PipelineActivities.SourceName)
                .AddAspNetCoreInstrumentation(web => web.Filter = context => !context.Request.Path.StartsWithSegments("/health")
                    && context.Request.Path != "/metrics"));
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Endpoint)))
            telemetry.UseOtlpExporter();
        return services;
    }
}

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
