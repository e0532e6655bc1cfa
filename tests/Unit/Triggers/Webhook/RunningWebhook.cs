using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Pipeline.Hosting.Bus;
using Pipeline.Tests.Unit.Triggers.Events;
using Pipeline.Triggers;
using Pipeline.Triggers.Webhook;

namespace Pipeline.Tests.Unit.Triggers.Webhook;

/// <summary>The webhook in Kestrel on ports of 127.0.0.1. Nobody listens where its broker should be.</summary>
internal sealed class RunningWebhook : IAsyncDisposable
{
    public const string Issuer = "https://issuer.test/v2.0";
    public const string Audience = "api://drops";

    private static readonly SymmetricSecurityKey SigningKey = new(Encoding.UTF8.GetBytes("a signing key that only this test knows"));

    private readonly WebApplication _app;

    private RunningWebhook(WebApplication app, LogLines log)
    {
        _app = app;
        Log = log;
        Clients = [.. app.Urls.Select(url => new HttpClient { BaseAddress = new Uri(url) })];
    }

    /// <summary>One for each port.</summary>
    public IReadOnlyList<HttpClient> Clients { get; }

    public HttpClient Client => Clients[0];

    /// <summary>Everything that was logged, at every level.</summary>
    public LogLines Log { get; }

    public static async Task<RunningWebhook> StartAsync(params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0", "http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        builder.Configuration["Bus:Host"] = "127.0.0.1";
        builder.Configuration["Bus:Port"] = "1";
        builder.Configuration["Lake:Locations:0:Url"] = Parsers.Container;
        var log = new LogLines();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        builder.Services.AddOptions<BusOptions>().BindConfiguration("Bus");
        builder.Services.AddSingleton<BrokerConnection>().AddSingleton<BrokerReady>();
        builder.Services.AddTriggers();
        builder.Services.RemoveAll<IHostedService>(); // The queue and the watcher are not what is tested here.
        builder.Services.Configure<JwtBearerOptions>(WebhookAccess.Scheme,
            bearer => bearer.Configuration = new OpenIdConnectConfiguration { Issuer = Issuer, SigningKeys = { SigningKey } });
        var app = builder.Build();
        try
        {
            app.MapWebhook();
            await app.StartAsync();
            return new RunningWebhook(app, log);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public static string Token(string issuer = Issuer, string audience = Audience, int minutes = 5) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Subject = new ClaimsIdentity(),
            NotBefore = DateTime.UtcNow.AddHours(-1),
            Expires = DateTime.UtcNow.AddMinutes(minutes),
            SigningCredentials = new SigningCredentials(SigningKey, SecurityAlgorithms.HmacSha256),
        });

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Clients)
            client.Dispose();

        await _app.DisposeAsync();
    }
}
