using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Progress;
using Pipeline.Evaluation;
using Pipeline.FineTuning;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Services;
using Pipeline.Hosting.Telemetry;
using Pipeline.Ingestion;
using Pipeline.Lake.Places;
using Pipeline.Pretraining;
using Pipeline.PseudoLabels;
using Pipeline.Triggers;

namespace Pipeline.Cli.Running;

/// <summary>All stages in one process, on a bus in memory.</summary>
internal static class LocalHost
{
    /// <summary>Longer than the bus gives the work in hand.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromMinutes(3);

    public static HostApplicationBuilder Compose(RunSettings settings, FolderArtifactStore store)
    {
        var builder = CommandSettings.QuietHost();
        builder.Configuration.AddInMemoryCollection(Overrides(settings));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services
            .AddFileLogging(store.Root)
            .AddSingleton<IArtifactStore>(store)
            .AddPipelineCore()
            .AddSingleton<RunProgress>()
            .AddSingleton<WorkInHand>()
            .AddSingleton<StopSignals>().AddSingleton<IHostLifetime>(provider => provider.GetRequiredService<StopSignals>())
            .Configure<LakeOptions>(lake => lake.AnyFolder = true)
            .AddTriggers(isAlone: true).AddIngestion(isAlone: true).AddPseudoLabels().AddPretraining().AddFineTuning().AddEvaluation()
            .AddInMemoryBus(AddConsumers)
            .AddHostedService(provider => provider.GetRequiredService<WorkInHand>());
        return builder;
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
            yield return new("Torch:Device", device);
        if (settings.Threads is { } threads)
            yield return new("Torch:Threads", threads.ToString());
    }
}

/// <summary>A run that has its verdict ends here: no stage hears of its dataset again, and no training library is loaded.</summary>
public sealed class FinishedRunFilter(RunLedger ledger, RunProgress progress) : IFilter<ConsumeContext<DatasetCommitted>>
{
    public async Task Send(ConsumeContext<DatasetCommitted> context, IPipe<ConsumeContext<DatasetCommitted>> next)
    {
        if (await ledger.FindAsync<VerdictReached>(context.Message.Run.RunId, Stage.Evaluation, context.CancellationToken) is { } verdict)
        {
            progress.Tell(new RunOutcome.Finished(verdict, Before: true));
            // What nobody has consumed would count as lost.
            await context.NotifyConsumed(context, TimeSpan.Zero, nameof(FinishedRunFilter));
        }
        else
        {
            await next.Send(context);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("finished-run");
}
