using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pipeline.Contracts;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Queue;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Triggers.Webhook;

/// <summary>
/// Events in, 200 when the queue has them on disk. Senders give up an event at once on 400 and 413, so these are for what will never be right; what passes is 503.
/// </summary>
internal sealed class WebhookEndpoint(WebhookAccess access, EventParser parser, DropPublisher publisher, IOptions<WebhookOptions> options)
{
    private const string ValidationHeader = "aeg-event-type";
    private const string Validation = "SubscriptionValidation";
    private const string OriginHeader = "WebHook-Request-Origin";
    private const string RateHeader = "WebHook-Request-Rate";

    /// <summary>CloudEvents' protection against abuse: the sender asks whether it may send. Its events need the key all the same.</summary>
    public static IResult Options(HttpContext context)
    {
        if (context.Request.Headers[OriginHeader].ToString() is not { Length: > 0 } origin)
        {
            return Error(StatusCodes.Status400BadRequest, $"The header '{OriginHeader}' is missing; valid is the name of the sender.");
        }

        context.Response.Headers["WebHook-Allowed-Origin"] = origin;
        context.Response.Headers["WebHook-Allowed-Rate"] = context.Request.Headers[RateHeader].ToString() is { Length: > 0 } rate ? rate : "*";
        context.Response.Headers.Allow = HttpMethods.Post;
        return Results.Ok();
    }

    public async Task<IResult> PostAsync(HttpContext context)
    {
        var request = context.Request;
        if (!await access.IsAllowedAsync(context))
        {
            return Error(StatusCodes.Status401Unauthorized, "No key or token, or a false one; valid is one of 'Webhook:Keys', or a token of 'Webhook:Entra'.");
        }

        if (!WebhookBody.IsJson(request))
        {
            return Error(StatusCodes.Status415UnsupportedMediaType, $"The content type is '{request.ContentType}'; valid are {WebhookBody.ValidTypes}, in UTF-8 and not compressed.");
        }

        var most = options.Value.MaxBodyBytes;
        if (await WebhookBody.ReadAsync(request, most, context.RequestAborted) is not { } body)
        {
            return Error(StatusCodes.Status413PayloadTooLarge, $"The body is too large; valid are up to {most} bytes ('Webhook:MaxBodyBytes').");
        }

        if (request.Headers[ValidationHeader] == Validation)
        {
            return Validated(body);
        }

        var parsed = parser.Parse(body, CloudEventAttributes.FromHttp(name => request.Headers.TryGetValue(name, out var value) ? value.ToString() : null));
        if (!await PublishAsync(parsed, context))
        {
            context.Response.Headers.RetryAfter = ((int)options.Value.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return Error(StatusCodes.Status503ServiceUnavailable, "The queue cannot take events now; come again.");
        }

        var answer = new WebhookAnswer(parsed.Events.Count, parsed.Ignored, [.. parsed.Rejected.Select(bad => new WebhookRejection(bad.Position, bad.Reason))]);
        var nothingGood = parsed is { Events.Count: 0, Ignored: 0, Rejected.Count: > 0 };
        return Results.Json(answer, PipelineJson.Compact, statusCode: nothingGood ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK);
    }

    /// <returns>False where the broker is out of reach, does not confirm in time or refuses.</returns>
    private async Task<bool> PublishAsync(ParsedEvents parsed, HttpContext context)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(options.Value.PublishTimeout);
        var traceparent = Activity.Current?.Id ?? (context.Request.Headers.TryGetValue(DropMessage.TraceHeader, out var header) ? header.ToString() : null);
        try
        {
            await publisher.PublishAsync(parsed, traceparent, time.Token);
            return true;
        }
        catch (Exception error) when (error is RabbitMQClientException or IOException || (error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>200 and the code, at once: Event Grid takes nothing else.</summary>
    private static IResult Validated(ReadOnlyMemory<byte> body)
    {
        const string Wrong = "The body has no 'data.validationCode'; valid is an array with the one event of a subscription's validation.";
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement is { ValueKind: JsonValueKind.Array } events && events.GetArrayLength() == 1
                && events[0] is { ValueKind: JsonValueKind.Object } one && one.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
                && data.TryGetProperty("validationCode", out var code) && code.ValueKind == JsonValueKind.String
                ? Results.Json(new SubscriptionValidation(code.GetString()!), PipelineJson.Compact)
                : Error(StatusCodes.Status400BadRequest, Wrong);
        }
        catch (JsonException)
        {
            return Error(StatusCodes.Status400BadRequest, Wrong);
        }
    }

    private static IResult Error(int status, string error) => Results.Json(new WebhookError(error), PipelineJson.Compact, statusCode: status);
}

/// <summary>What the sender gets to read.</summary>
/// <param name="Accepted">File events in the queue.</param>
/// <param name="Ignored">Events that tell of no whole file.</param>
/// <param name="Rejected">Events that cannot be used; they lie in the error queue.</param>
internal sealed record WebhookAnswer(int Accepted, int Ignored, IReadOnlyList<WebhookRejection> Rejected);

/// <param name="Position">From 0; null where it is the body as a whole.</param>
internal sealed record WebhookRejection(int? Position, string Reason);

/// <summary>The one word that Event Grid waits for.</summary>
internal sealed record SubscriptionValidation(string ValidationResponse);

/// <param name="Error">One line.</param>
internal sealed record WebhookError(string Error);

/// <summary>The body of a request, up to a limit.</summary>
internal static class WebhookBody
{
    public const string ValidTypes = "application/json, application/cloudevents+json, application/cloudevents-batch+json";

    private const int FirstBuffer = 1 << 14;

    public static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || (type.SubTypeWithoutSuffix.StartsWith("cloudevents", StringComparison.OrdinalIgnoreCase) && type.Suffix == "json"))
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        && !request.Headers.ContainsKey(HeaderNames.ContentEncoding);

    /// <returns>Null where it is larger.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, int most, CancellationToken cancellation)
    {
        if (request.ContentLength > most)
        {
            return null;
        }

        var body = new byte[(int?)request.ContentLength + 1 ?? FirstBuffer];
        var length = 0;
        while (await request.Body.ReadAsync(body.AsMemory(length), cancellation) is > 0 and var read)
        {
            length += read;
            if (length > most)
            {
                return null;
            }

            if (length == body.Length)
            {
                Array.Resize(ref body, body.Length * 2);
            }
        }

        return body.AsMemory(0, length);
    }
}
