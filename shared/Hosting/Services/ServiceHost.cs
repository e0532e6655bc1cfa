using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts.Stores;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Settings;
using Pipeline.Hosting.Telemetry;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Hosting.Services;

/// <summary>One stage as a process of its own: bus, store, logs, telemetry and health are the same for all.</summary>
public static class ServiceHost
{
    /// <summary>More than the bus gives the work in hand.</summary>
    private static readonly TimeSpan ShutdownReserve = TimeSpan.FromSeconds(5);

    /// <param name="arguments">Of the program: none, or <c>--health</c>.</param>
    /// <param name="portSetting">The setting that may give the stage's endpoints a port without health and metrics.</param>
    public static async Task<int> RunAsync(
        string[] arguments, Stage stage, Action<IServiceCollection> services, Action<IBusRegistrationConfigurator> consumers,
        Action<WebApplication>? map = null, string portSetting = "Http:Port")
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = Environment.CurrentDirectory });
        try
        {
            builder.Configuration.AddPipelineSettings();
            if (arguments is [HealthProbe.Argument])
                return await HealthProbe.AskAsync(builder.Configuration);
            if (arguments.Length > 0)
            {
                throw new PipelineException($"'{arguments[0]}' is not an argument: there must be none, or {HealthProbe.Argument}. "
                    + "Settings come from appsettings.json and the environment (PIPELINE_…).");
            }

            await using var app = Build(builder, stage, services, consumers, portSetting);
            app.UseRouting();
            app.MapHealth();
            map?.Invoke(app);
            // When background work fails, the host logs that, stops in good order, and says nothing more.
            var background = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
            await app.RunAsync();
            return background.Any(work => work.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
        }
        catch (Exception error) when (error is PipelineException || SettingsFailure.Of(error, builder.Configuration) is not null)
        {
            Console.Error.WriteLine(ErrorLine.Of(SettingsFailure.Of(error, builder.Configuration) ?? error));
            return 1;
        }
    }

    private static WebApplication Build(
        WebApplicationBuilder builder, Stage stage, Action<IServiceCollection> services, Action<IBusRegistrationConfigurator> consumers,
        string portSetting)
    {
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.AddOptions<HttpOptions>().BindConfiguration("Http", binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<BusOptions>()
            .Validate(bus => !string.IsNullOrEmpty(bus.Host), "Bus:Host is missing: it must be the host name of a RabbitMQ broker.");
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<BusOptions>>((host, bus) =>
        {
            host.ShutdownTimeout = bus.Value.StopTimeout + ShutdownReserve;
            // Health is answered also while the broker is waited for.
            host.ServicesStartConcurrently = true;
        });
        var http = builder.Configuration.GetSection("Http").Get<HttpOptions>() ?? new HttpOptions();
        var more = builder.Configuration.GetValue<int?>(portSetting) ?? http.Port;
        builder.WebHost.UseUrls([.. new[] { http.Port, more }.Distinct().Select(port => $"http://{http.Address}:{port}")]);

        builder.Services.AddConsoleLogging(stage).AddTelemetry(stage).AddPipelineCore().AddArtifactStore().AddRabbitMqBus(consumers)
            .AddHostedService(provider => ActivatorUtilities.CreateInstance<ExhaustedMessages>(provider, stage))
            .AddHostedService(provider => ActivatorUtilities.CreateInstance<ConsumerWatch>(provider, stage));
        builder.Services.AddHealthChecks().AddCheck<StoreHealth>("store", tags: [HealthEndpoints.Ready]);
        services(builder.Services);
        return builder.Build();
    }
}

/// <summary>What every host needs, whatever its shape.</summary>
public static class CoreRegistration
{
    public static IServiceCollection AddPipelineCore(this IServiceCollection services) => services
        .AddSingleton(TimeProvider.System).AddSingleton<RunLedger>().AddSingleton<StageEvents>().AddSingleton<RunStop>()
        .AddSingleton<PipelineMetrics>();
}

/// <summary>Settings come from <c>appsettings.json</c> and then from the environment (<c>PIPELINE_Bus__Host</c>), which wins.</summary>
public static class ServiceSettings
{
    public static T AddPipelineSettings<T>(this T configuration)
        where T : IConfigurationBuilder
    {
        configuration.AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables("PIPELINE_");
        return configuration;
    }
}
