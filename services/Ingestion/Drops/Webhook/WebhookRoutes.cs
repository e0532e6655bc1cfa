using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Drops.Webhook;

/// <summary>Where storage sends its events.</summary>
public static class WebhookRoutes
{
    public const string Path = "/webhook/drops";

    /// <summary>Maps POST and OPTIONS. Where <see cref="WebhookOptions.Port"/> is set, the host must listen on it too; on every other port the webhook is not there.</summary>
    /// <exception cref="PipelineException">Anybody could send events, and nobody said that this is meant.</exception>
    public static IEndpointRouteBuilder MapWebhook(this IEndpointRouteBuilder routes)
    {
        routes.ServiceProvider.GetRequiredService<WebhookAccess>().Verify();
        var endpoint = routes.ServiceProvider.GetRequiredService<WebhookEndpoint>();
        var port = routes.ServiceProvider.GetRequiredService<IOptions<WebhookOptions>>().Value.Port;
        var webhook = routes.MapGroup(Path);
        webhook.MapPost("", (Delegate)endpoint.PostAsync);
        webhook.MapMethods("", [HttpMethods.Options], (Delegate)WebhookEndpoint.Options);
        webhook.AddEndpointFilter(async (context, next) => port is null || context.HttpContext.Connection.LocalPort == port ? await next(context) : Results.NotFound());
        return routes;
    }
}
