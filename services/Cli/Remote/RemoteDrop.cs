using Microsoft.Extensions.DependencyInjection;
using Pipeline.Artifacts;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Running;
using Pipeline.Experiments;
using Pipeline.Lake.Places;

namespace Pipeline.Cli.Remote;

/// <summary>Copies a folder to where a dataset lands in the lake, and has the services run what waits for its drops.</summary>
internal static class RemoteDrop
{
    /// <returns>The exit code.</returns>
    /// <exception cref="PipelineException">The folder, the dataset, the lake or the broker cannot be used, or there is nothing to wait
    /// for.</exception>
    public static async Task<int> AskAsync(string folder, string dataset, bool wait)
    {
        using var host = RemoteHost.Build();
        var experiments = await WaitingAsync(host.Services, dataset);
        if (wait && experiments.Count == 0)
        {
            throw new PipelineException(
                $"No experiment waits for drops into '{dataset}', so there is no run to wait for; 'run "
                + "EXPERIMENT.yaml --on-drops' registers one.");
        }

        await RemoteHost.StartAsync(host);
        var place = host.Services.GetRequiredService<DatasetPlaces>().Of(dataset);
        var display = new UploadDisplay(Console.Out, RunDisplay.IsTerminal(), host.Services.GetRequiredService<TimeProvider>());
        display.End(await host.Services.GetRequiredService<LakeUpload>().UploadAsync(folder, place, display), place);

        var conversation = new RunConversation(host);
        if (wait)
            await conversation.ListenAsync(experiments);
        await conversation.AskAsync(new IngestDataset(dataset, place));
        Console.WriteLine(experiments.Count == 0
            ? $"No experiment waits for drops into '{dataset}' yet; 'run EXPERIMENT.yaml --on-drops' "
            + "registers one and runs it over what is there."
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
            waiting.Add(await store.ReadManifestAsync<Experiment>(reference.Key));
        return waiting;
    }
}

/// <summary>How far an upload is: one line that changes on a terminal, at most one a second elsewhere.</summary>
internal sealed class UploadDisplay(TextWriter output, bool terminal, TimeProvider clock) : IProgress<UploadProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);
    private const string LineStart = "\r\e[K";
    private const double Megabyte = 1 << 20;

    private long _last = clock.GetTimestamp();

    public void Report(UploadProgress value)
    {
        if (clock.GetElapsedTime(_last) >= (terminal ? Frame : Pause))
        {
            _last = clock.GetTimestamp();
            Write($"upload  {value.Copied + value.Present}/{value.Files} files  {value.Bytes / Megabyte:0.0} MiB", last: false);
        }
    }

    /// <param name="place">Where the files are now.</param>
    public void End(UploadProgress value, string place)
    {
        var present = value.Present > 0 ? $", {value.Present} were there already" : "";
        Write($"Uploaded {value.Copied} of {value.Files} files ({value.Bytes / Megabyte:0.0} MiB) to {place}{present}.", last: true);
    }

    private void Write(string line, bool last)
    {
        if (!terminal)
            output.WriteLine(line);
        else
            output.Write(LineStart + line + (last ? Environment.NewLine : ""));
        output.Flush();
    }
}
