using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Triggers.Webhook;

/// <summary>Bound from "Webhook"; checked at start.</summary>
public sealed class WebhookOptions
{
    /// <summary>The only port on which the webhook answers; null for every port that the host listens on.</summary>
    [Range(1, 65535)]
    public int? Port { get; init; }

    /// <summary>Shared keys, of which a sender shows one: as <c>?code=</c>, <c>x-webhook-key</c> or <c>Authorization: SharedKey …</c>. Two while one replaces the other.</summary>
    [MaxLength(MostKeys)]
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Tokens of Microsoft Entra, or of any issuer with OpenID Connect discovery.</summary>
    public WebhookEntraOptions? Entra { get; init; }

    /// <summary>Lets anybody send events who reaches the port.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>Larger bodies are refused with 413. Event Grid's batches have up to 1 MB.</summary>
    [Range(1 << 10, 64 << 20)]
    public int MaxBodyBytes { get; init; } = 4 << 20;

    /// <summary>Longest wait for the queue to confirm; then 503, and the sender comes again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What 503 tells the sender to wait.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    internal const int MostKeys = 2;
    internal const int ShortestKey = 16;
}

/// <summary>Whose tokens are taken.</summary>
public sealed class WebhookEntraOptions
{
    /// <summary>The issuer, such as <c>https://login.microsoftonline.com/TENANT/v2.0</c>.</summary>
    [Required]
    public string Authority { get; init; } = "";

    /// <summary>Whom the token is for: the application that stands for the webhook.</summary>
    [Required]
    public string Audience { get; init; } = "";
}

/// <summary>What ranges cannot say. Keys are never shown.</summary>
internal sealed class WebhookOptionsCheck : IValidateOptions<WebhookOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var errors = new List<string>();
        for (var i = 0; i < options.Keys.Count; i++)
        {
            if (options.Keys[i].Length < WebhookOptions.ShortestKey)
            {
                errors.Add($"'Webhook:Keys:{i}' has {options.Keys[i].Length} characters; valid are at least {WebhookOptions.ShortestKey}.");
            }
        }

        if (options.Entra is { } entra)
        {
            if (!Uri.TryCreate(entra.Authority, UriKind.Absolute, out var authority) || authority.Scheme != Uri.UriSchemeHttps)
            {
                errors.Add($"'Webhook:Entra:Authority' is '{entra.Authority}'; valid is an https URL.");
            }

            if (entra.Audience.Length == 0)
            {
                errors.Add("'Webhook:Entra:Audience' is missing; valid is the application that tokens must be for.");
            }
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}

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
