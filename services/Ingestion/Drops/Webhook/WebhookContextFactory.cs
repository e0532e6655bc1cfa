using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Pipeline.Ingestion.Drops.Webhook;

/// <summary>Takes the key out of the query of a webhook's request before anything, the server's own request log among it, sees the request.</summary>
internal sealed class WebhookContextFactory(IServiceProvider services) : IHttpContextFactory
{
    private readonly DefaultHttpContextFactory _inner = new(services);

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        var request = featureCollection.GetRequiredFeature<IHttpRequestFeature>();
        if (request.QueryString.Length > 0 && request.Path.StartsWith(WebhookRoutes.Path, StringComparison.OrdinalIgnoreCase))
        {
            var query = QueryHelpers.ParseQuery(request.QueryString);
            if (query.Remove(SentKey.QueryName, out var sent))
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
internal sealed class SentKey(string value)
{
    public const string QueryName = "code";

    public string Value => value;
}
