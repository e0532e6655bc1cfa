using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Pipeline.Triggers.Webhook;

/// <summary>Whether a request may send events.</summary>
internal sealed class WebhookAccess(IOptions<WebhookOptions> options)
{
    public const string Scheme = "Webhook";

    private const string KeyHeader = "x-webhook-key";
    private const string KeyScheme = "SharedKey ";
    private const string TokenScheme = "Bearer ";

    private readonly byte[][] _keys = [.. options.Value.Keys.Select(Hash)];

    public async Task<bool> IsAllowedAsync(HttpContext context)
    {
        if (options.Value is { AllowAnonymous: true, Keys.Count: 0, Entra: null })
            return true;
        var authorization = context.Request.Headers.Authorization.ToString();
        if (options.Value.Entra is not null && authorization.StartsWith(TokenScheme, StringComparison.OrdinalIgnoreCase))
            return (await context.AuthenticateAsync(Scheme)).Succeeded;
        var sent = context.Features.Get<SentKey>()?.Value
            ?? (context.Request.Headers.TryGetValue(KeyHeader, out var header) ? header.ToString() : null)
            ?? (authorization.StartsWith(KeyScheme, StringComparison.OrdinalIgnoreCase) ? authorization[KeyScheme.Length..].Trim() : null);
        return sent is not null && IsKey(Hash(sent));
    }

    /// <summary>Takes as long whichever key it is, or none.</summary>
    private bool IsKey(byte[] sent) =>
        _keys.Aggregate(false, (found, key) => CryptographicOperations.FixedTimeEquals(key, sent) | found);

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}

/// <summary>Takes the key out of the query before anything sees the request, the server's own request log among it.</summary>
internal sealed class WebhookContextFactory(IServiceProvider services) : IHttpContextFactory
{
    private const string KeyName = "code";

    private readonly DefaultHttpContextFactory _inner = new(services);

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        var request = featureCollection.GetRequiredFeature<IHttpRequestFeature>();
        if (request.QueryString.Length > 0 && request.Path.StartsWith(WebhookRoutes.Path, StringComparison.OrdinalIgnoreCase))
        {
            var query = QueryHelpers.ParseQuery(request.QueryString);
            if (query.Remove(KeyName, out var sent))
            {
                featureCollection.Set(new SentKey(sent.ToString()));
                request.QueryString = QueryString.Create(query).Value ?? "";
                request.RawTarget = request.Path + request.QueryString;
            }
        }

        return _inner.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext) => _inner.Dispose(httpContext);
}

/// <summary>The key that stood in the query.</summary>
internal sealed record SentKey(string Value);
