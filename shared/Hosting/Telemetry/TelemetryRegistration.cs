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
            .ConfigureResource(resource => resource.AddService($"pipeline-{stage.Name()}"))
            .WithMetrics(metrics => metrics
                .AddMeter(PipelineMetrics.MeterName, "Pipeline.Artifacts", "Polly", "MassTransit", "Microsoft.AspNetCore.Hosting")
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter())
            .WithTracing(traces => traces
                .AddSource("MassTransit")
                .AddAspNetCoreInstrumentation(web => web.Filter = context => !context.Request.Path.StartsWithSegments("/health")
                    && context.Request.Path != "/metrics"));
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Endpoint)))
            telemetry.UseOtlpExporter();
        return services;
    }
}
