using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pipeline.Ingestion.Drops.Webhook;

internal static class WebhookRegistration
{
    public static IServiceCollection AddWebhook(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration("Webhook", binder => binder.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsCheck>();
        services.AddRouting();
        services.AddAuthentication().AddJwtBearer(WebhookAccess.Scheme, _ => { });
        services.AddOptions<JwtBearerOptions>(WebhookAccess.Scheme).Configure<IOptions<WebhookOptions>>((bearer, webhook) =>
        {
            bearer.Authority = webhook.Value.Entra?.Authority;
            bearer.Audience = webhook.Value.Entra?.Audience;
            bearer.MapInboundClaims = false;
        });
        services.AddSingleton<IHttpContextFactory, WebhookContextFactory>();
        return services.AddSingleton<WebhookAccess>().AddSingleton<WebhookEndpoint>();
    }
}
