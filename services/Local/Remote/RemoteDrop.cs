using Microsoft.Extensions.DependencyInjection;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion;
using Pipeline.Ingestion.Lakes;
using Pipeline.Local.Progress;
using Pipeline.Local.Remote.Following;
using Pipeline.Local.Running;

namespace Pipeline.Local.Remote;

/// <summary>Copies a folder to where a dataset lands in the lake, and has the services run what waits for its drops.</summary>
internal static class RemoteDrop
{
    /// <returns>The exit code.</returns>
    /// <exception cref="PipelineException">The folder, the dataset, the lake or the broker cannot be used, or there is nothing to wait for.</exception>
    public static async Task<int> AskAsync(string folder, string dataset, bool wait)
    {
        using var host = RemoteHost.Build();
        var experiments = await WaitingAsync(host.Services, dataset);
        if (wait && experiments.Count == 0)
        {
            throw new PipelineException($"No experiment waits for drops into '{dataset}', so there is no run to wait for; 'run EXPERIMENT.yaml --on-drops' registers one.");
        }

        await RemoteHost.StartAsync(host);
        var place = host.Services.GetRequiredService<DatasetPlaces>().Of(dataset);
        var display = new UploadDisplay(Console.Out, RunDisplay.IsTerminal(), host.Services.GetRequiredService<TimeProvider>());
        display.End(await host.Services.GetRequiredService<LakeUpload>().UploadAsync(folder, place, display), place);

        var conversation = new RunConversation(host);
        if (wait)
        {
            await conversation.ListenAsync(experiments);
        }

        await conversation.AskAsync(new IngestDataset(dataset, place));
        Console.WriteLine(experiments.Count == 0
            ? $"No experiment waits for drops into '{dataset}' yet; 'run EXPERIMENT.yaml --on-drops' registers one and runs it over what is there."
            : $"Asked the services to run {string.Join(", ", experiments.Select(experiment => $"'{experiment.Name}'"))} over it.");
        var code = wait ? await conversation.FollowAsync() : ExitCode.Success;
        await host.StopAsync();
        return code;
    }

    private static async Task<IReadOnlyList<Experiment>> WaitingAsync(IServiceProvider services, string dataset)
    {
        var store = services.GetRequiredService<IArtifactStore>();
        var waiting = new List<Experiment>();
        foreach (var reference in await services.GetRequiredService<DropExperiments>().ListAsync(dataset, CancellationToken.None))
        {
            waiting.Add(await store.ReadManifestAsync<Experiment>(reference.Key));
        }

        return waiting;
    }
}
