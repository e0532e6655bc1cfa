using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts;
using Pipeline.Hosting.Settings;

namespace Pipeline.Hosting.Services;

/// <summary><c>/health/live</c>: the process answers; nothing it depends on is asked, or a broker that restarts would have all services
/// killed. <c>/health/ready</c>: bus and store answer. <c>/metrics</c>: for Prometheus.</summary>
internal static class HealthEndpoints
{
    public const string Ready = "ready";

    public static void MapHealth(this WebApplication app)
    {
        var port = app.Services.GetRequiredService<IOptions<HttpOptions>>().Value.Port;
        app.UseWhen(
            context => context.Connection.LocalPort != port
            && (context.Request.Path.StartsWithSegments("/health") || context.Request.Path.StartsWithSegments("/metrics")),
            elsewhere => elsewhere.Run(context => Results.NotFound().ExecuteAsync(context)));
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready",
            new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync });
        app.MapPrometheusScrapingEndpoint();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        static string Word(HealthStatus status) => status.ToString().ToLowerInvariant();
        var checks = report.Entries.ToDictionary(
            entry => entry.Key, entry => new { status = Word(entry.Value.Status), entry.Value.Description });
        return context.Response.WriteAsJsonAsync(new { status = Word(report.Status), checks }, PipelineJson.Compact, "application/json");
    }
}

/// <summary>Asks the service of this container whether it is ready: images without a shell have nothing else to ask with.</summary>
internal static class HealthProbe
{
    public const string Argument = "--health";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>The exit code: 0 for ready.</returns>
    public static async Task<int> AskAsync(IConfiguration configuration)
    {
        var options = configuration.GetSection("Http").Get<HttpOptions>() ?? new HttpOptions();
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://localhost:{options.Port}/health/ready"));
            Console.WriteLine(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            Console.Error.WriteLine($"The service does not answer on port {options.Port}: {error.Message}");
            return 1;
        }
    }
}

/// <summary>Whether the store answers.</summary>
internal sealed class StoreHealth(IArtifactStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy($"The store does not answer: {ErrorLine.Of(error)}");
        }
    }
}

/// <summary>Bound from "Http"; checked at start. Where a service answers about its health and metrics.</summary>
public sealed class HttpOptions
{
    /// <summary>Address to listen on: <c>localhost</c>, an IP address, or <c>*</c> for all, as a container needs.</summary>
    [Required]
    public string Address { get; init; } = "localhost";

    [Range(1, 65535)]
    public int Port { get; init; } = 8080;
}
