using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Hosting.Services;

/// <summary>
/// <c>/health/live</c>: the process answers; nothing it depends on is asked, or a broker that restarts would have all services killed. <c>/health/ready</c>: bus and
/// store answer. <c>/metrics</c>: for Prometheus.
/// </summary>
internal static class HealthEndpoints
{
    public const string Ready = "ready";

    public static void MapHealth(this WebApplication app)
    {
        var port = app.Services.GetRequiredService<IOptions<HttpOptions>>().Value.Port;
        app.UseWhen(
            context => context.Connection.LocalPort != port && (context.Request.Path.StartsWithSegments("/health") || context.Request.Path.StartsWithSegments("/metrics")),
            elsewhere => elsewhere.Run(context =>
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }));
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync });
        app.MapPrometheusScrapingEndpoint();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(
            new
            {
                status = report.Status.ToString().ToLowerInvariant(),
                checks = report.Entries.ToDictionary(entry => entry.Key, entry => new { status = entry.Value.Status.ToString().ToLowerInvariant(), entry.Value.Description }),
            },
            PipelineJson.Compact));
    }
}
