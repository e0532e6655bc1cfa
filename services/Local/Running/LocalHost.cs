using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Artifacts;
using Pipeline.Evaluation;
using Pipeline.FineTuning;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Logging;
using Pipeline.Hosting.Services;
using Pipeline.Ingestion;
using Pipeline.Ingestion.Lakes;
using Pipeline.Local.Progress;
using Pipeline.Pretraining;
using Pipeline.PseudoLabels;

namespace Pipeline.Local.Running;

/// <summary>All stages in one process, on a bus in memory.</summary>
internal static class LocalHost
{
    /// <summary>Longer than the bus gives the work in hand.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromMinutes(3);

    public static IHost Build(RunSettings settings, FolderArtifactStore store)
    {
        // Without the defaults: they log to the console, which belongs to the progress display.
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ContentRootPath = Environment.CurrentDirectory });
        builder.Configuration.AddPipelineSettings().AddInMemoryCollection(Overrides(settings));

        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services
            .AddFileLogging(store.Root)
            .AddSingleton<IArtifactStore>(store)
            .AddPipelineCore()
            .AddSingleton<RunProgress>()
            .AddSingleton<RunEnd>()
            .AddSingleton<WorkInHand>()
            .AddSingleton<StopSignals>().AddSingleton<IHostLifetime>(provider => provider.GetRequiredService<StopSignals>())
            .AddIngestion(isAlone: true).Configure<LakeOptions>(lake => lake.AnyFolder = true).AddPseudoLabels().AddPretraining().AddFineTuning().AddEvaluation()
            .AddInMemoryBus(AddConsumers)
            .AddHostedService<RunWatch>();
        return builder.Build();
    }

    private static void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddIngestionConsumers();
        bus.AddPseudoLabelsConsumers();
        bus.AddPretrainingConsumers();
        bus.AddFineTuningConsumers();
        bus.AddEvaluationConsumers();
        bus.AddConsumer<RunFollower>(consumer => consumer.ConcurrentMessageLimit = 1);
        bus.AddConfigureEndpointsCallback((context, _, endpoint) => endpoint.UseConsumeFilter<FinishedRunFilter>(context));
        WorkInHand.Watch(bus);
    }

    private static IEnumerable<KeyValuePair<string, string?>> Overrides(RunSettings settings)
    {
        if (settings.Device is { } device)
        {
            yield return new("Torch:Device", device);
        }

        if (settings.Threads is { } threads)
        {
            yield return new("Torch:Threads", threads.ToString());
        }
    }
}
