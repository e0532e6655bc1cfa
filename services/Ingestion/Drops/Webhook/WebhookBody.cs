using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Pipeline.Ingestion.Drops.Webhook;

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
