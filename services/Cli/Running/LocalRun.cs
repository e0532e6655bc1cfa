using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Artifacts.Folder;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Results;
using Pipeline.Experiments;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Settings;
using Pipeline.Learning.Native;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Cli.Running;

/// <summary>One run in one process: from the experiment's file to the verdict, a failure, or a stop.</summary>
internal static class LocalRun
{
    public static async Task<int> RunAsync(RunSettings settings)
    {
        TemporaryFolder.Check();
        var source = DataFolder.Check(settings.Data, settings.Store, settings.Experiment.Modality);
        var store = new FolderArtifactStore(settings.Store);
        using var held = StoreLock.Take(store.Root);
        var stored = await ExperimentArtifact.PutAsync(store, settings.Experiment);
        var request = new RunExperiment(Source: source, OnDrops: settings.OnDrops, Stored: stored);

        using var host = LocalHost.Compose(settings, store).Build();
        var services = host.Services;
        var progress = services.GetRequiredService<RunProgress>();
        try
        {
            var outcome = await FollowAsync(host, request, settings, progress);
            return await TellAsync(outcome, store, progress, services.GetRequiredService<StopSignals>());
        }
        catch (Exception error) when (error is not PipelineException)
        {
            if (SettingsFailure.Of(error, services.GetRequiredService<IConfiguration>()) is { } setting)
                throw setting;
            services.GetRequiredService<ILogger<RunProgress>>().LogCritical(error, "The run broke off");
            throw new PipelineException($"The run broke off: {ErrorLine.Unexpected(error)} {LogHint(store)}", error);
        }
    }

    private static async Task<RunOutcome> FollowAsync(IHost host, RunExperiment request, RunSettings settings, RunProgress progress)
    {
        try
        {
            await host.StartAsync();
        }
        catch (OperationCanceledException) when (progress.Outcome.IsCompleted)
        {
            return await progress.Outcome;
        }

        // Whoever asks for a certain device wants to know at once if it is not there.
        if (settings.Device is not (null or "auto" or "cpu"))
            host.Services.GetRequiredService<TorchDevice>();
        progress.Start(settings.Experiment.Modality, settings.Experiment.Pretraining.AllSeeds.Count);
        return (await RunDisplay.FollowAsync(progress, async () =>
        {
            await host.Services.GetRequiredService<IBus>().Publish(request);
            // A watch that fails tells nobody: the host would only get ready to stop.
            await await Task.WhenAny(progress.Outcome, host.Services.GetRequiredService<WorkInHand>().ExecuteTask!);
            var outcome = await progress.Outcome;
            await host.StopAsync();
            return outcome;
        }))!;
    }

    private static async Task<int> TellAsync(RunOutcome outcome, FolderArtifactStore store, RunProgress progress, StopSignals stop)
    {
        switch (outcome)
        {
            case RunOutcome.Finished(var verdict, var before):
                Console.WriteLine();
                if (before)
                    Console.WriteLine($"This run is finished already; this is its result from {store.Root}.");
                (await RunResult.ReadAsync(store, store.Root, verdict)).Write(Console.Out);
                return ExitCode.Success;

            case RunOutcome.Failed(var why):
                Console.Error.WriteLine(
                    ErrorLine.Of($"{Words.Of(why.Stage)} failed: {why.Reason}{(IsUnexpected(why.Reason) ? $" {LogHint(store)}" : "")}"));
                return ExitCode.Failure;

            case RunOutcome.Cancelled(var runId):
                Console.Error.WriteLine($"Run '{runId}' was cancelled; the same command goes on from where it was.");
                return ExitCode.Failure;

            default:
                var run = (await new RunStatusReader(store, new RunLedger(store)).ReadAllAsync())
                    .FirstOrDefault(run => run.RunId == progress.RunId);
                var where = run is null
                    ? Words.Of(Stage.Ingestion) : $"{Words.Of(run.Stage)}{(run.Step is { } step ? $", step {step}" : "")}";
                stop.Tell(where);
                return ExitCode.Interrupted;
        }
    }

    private static bool IsUnexpected(string reason) => reason.Split(':')[0].EndsWith("Exception", StringComparison.Ordinal);

    private static string LogHint(FolderArtifactStore store) => $"The log is in {Path.Combine(store.Root, "logs")}.";
}
