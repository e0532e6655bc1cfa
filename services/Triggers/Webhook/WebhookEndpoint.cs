using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Queue;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Triggers.Webhook;

/// <summary>Where storage sends its events.</summary>
public static class WebhookRoutes
{
    public const string Path = "/webhook/drops";

    internal static IServiceCollection AddWebhook(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration("Webhook", binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
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

    /// <summary>Maps POST and OPTIONS, on <see cref="WebhookOptions.Port"/> alone where it is set; the host must listen on it.</summary>
    public static IEndpointRouteBuilder MapWebhook(this IEndpointRouteBuilder routes)
    {
        var endpoint = routes.ServiceProvider.GetRequiredService<WebhookEndpoint>();
        var port = routes.ServiceProvider.GetRequiredService<IOptions<WebhookOptions>>().Value.Port;
        var webhook = routes.MapGroup(Path);
        webhook.MapPost("", (Delegate)endpoint.PostAsync);
        webhook.MapMethods("", [HttpMethods.Options], (Delegate)WebhookEndpoint.Options);
        webhook.AddEndpointFilter(async (context, next) =>
            port is null || context.HttpContext.Connection.LocalPort == port ? await next(context) : Results.NotFound());
        return routes;
    }
}

/// <summary>Events in, 200 when the queue has them on disk. Senders give up an event at once on 400 and 413, so these are for what will
/// never be right; what passes is 503.</summary>
internal sealed class WebhookEndpoint(WebhookAccess access, EventParser parser, DropPublisher publisher, IOptions<WebhookOptions> options)
{
    private const string ValidationHeader = "aeg-event-type";
    private const string Validation = "SubscriptionValidation";
    private const string OriginHeader = "WebHook-Request-Origin";
    private const string RateHeader = "WebHook-Request-Rate";
    private const string ValidTypes = "application/json, application/cloudevents+json or application/cloudevents-batch+json";

    /// <summary>CloudEvents' protection against abuse: the sender asks whether it may send. Its events need the key all the same.</summary>
    public static IResult Options(HttpContext context)
    {
        if (context.Request.Headers[OriginHeader].ToString() is not { Length: > 0 } origin)
            return Error(400, $"The header '{OriginHeader}' is missing; it must be the name of the sender.");
        context.Response.Headers["WebHook-Allowed-Origin"] = origin;
        context.Response.Headers["WebHook-Allowed-Rate"] =
            context.Request.Headers[RateHeader].ToString() is { Length: > 0 } rate ? rate : "*";
        context.Response.Headers.Allow = HttpMethods.Post;
        return Results.Ok();
    }

    public async Task<IResult> PostAsync(HttpContext context)
    {
        var request = context.Request;
        if (!await access.IsAllowedAsync(context))
            return Error(401, "The key or token is missing or false; it must be one of 'Webhook:Keys', or a token of 'Webhook:Entra'.");
        if (!IsJson(request))
            return Error(415, $"The content type is '{request.ContentType}'; it must be {ValidTypes}, in UTF-8 and not compressed.");
        if (await ReadAsync(context) is not { } body)
            return Error(413, $"The body is too large; it must have at most {options.Value.MaxBodyBytes} bytes ('Webhook:MaxBodyBytes').");
        if (request.Headers[ValidationHeader] == Validation)
            return Validated(body.Span);
        var binary = BinaryCloudEvent.FromHttp(name => request.Headers.TryGetValue(name, out var value) ? value.ToString() : null);
        var parsed = parser.Parse(body, binary);
        if (!await PublishAsync(parsed, context))
        {
            context.Response.Headers.RetryAfter = ((int)options.Value.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return Error(503, "The queue cannot take events now; come again.");
        }

        // Rejected events are in the error queue.
        var answer = new
        {
            Accepted = parsed.Events.Count,
            parsed.Ignored,
            Rejected = parsed.Rejected.Select(bad => new { bad.Position, bad.Reason }),
        };
        var nothingGood = parsed is { Events.Count: 0, Ignored: 0, Rejected.Count: > 0 };
        return Results.Json(answer, PipelineJson.Compact, statusCode: nothingGood ? 400 : 200);
    }

    /// <returns>False where the broker is out of reach, does not confirm in time or refuses.</returns>
    private async Task<bool> PublishAsync(ParsedEvents parsed, HttpContext context)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(options.Value.PublishTimeout);
        var sent = context.Request.Headers.TryGetValue(DropQueues.TraceHeader, out var header) ? header.ToString() : null;
        try
        {
            await publisher.PublishAsync(parsed, Activity.Current?.Id ?? sent, time.Token);
            return true;
        }
        catch (Exception error) when (error is RabbitMQClientException or IOException
            || (error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
        {
            return false;
        }
    }

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.SubTypeWithoutSuffix.StartsWith("cloudevents", StringComparison.OrdinalIgnoreCase) && type.Suffix == "json"))
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        && !request.Headers.ContainsKey(HeaderNames.ContentEncoding);

    /// <returns>Null where the body is larger than allowed.</returns>
    private async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = options.Value.MaxBodyBytes;
        var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            return body.GetBuffer().AsMemory(0, (int)body.Length);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == 413)
        {
            return null;
        }
    }

    /// <summary>200 and the code, at once: Event Grid accepts nothing else.</summary>
    private static IResult Validated(ReadOnlySpan<byte> body)
    {
        try
        {
            if (JsonSerializer.Deserialize<List<ValidationEvent?>>(body, PipelineJson.Compact) is [{ Data.ValidationCode: var code }])
                return Results.Json(new { ValidationResponse = code }, PipelineJson.Compact);
        }
        catch (JsonException)
        {
            // Refused below.
        }

        return Error(400, "The body has no 'data.validationCode'; it must be an array with the one event of a subscription's validation.");
    }

    private static IResult Error(int status, string error) => Results.Json(new { error }, PipelineJson.Compact, statusCode: status);

    private sealed record ValidationEvent(ValidationData Data);

    private sealed record ValidationData(string ValidationCode);
}
