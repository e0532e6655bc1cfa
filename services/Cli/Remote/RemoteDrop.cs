using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Progress;
using Pipeline.Experiments;
using Pipeline.Lake.Places;

namespace Pipeline.Cli.Remote;

/// <summary>Copies a folder to where a dataset lands in the lake, and has the services run what waits for its drops.</summary>
internal static class RemoteDrop
{
    public static async Task<int> AskAsync(string folder, string dataset, bool wait)
    {
        using var host = RemoteHost.Build();
        var services = host.Services;
        var experiments = await services.GetRequiredService<DropExperiments>().ReadAsync(dataset);
        if (wait && experiments.Count == 0)
        {
            throw new PipelineException($"No experiment waits for drops into '{dataset}', so there is no run to wait for; "
                + "'run EXPERIMENT.yaml --on-drops' registers one.");
        }

        await RemoteHost.StartAsync(host);
        var place = services.GetRequiredService<DatasetPlaces>().Of(dataset);
        var display = new UploadDisplay(Console.Out, RunDisplay.IsTerminal(), services.GetRequiredService<TimeProvider>());
        display.End(await services.GetRequiredService<LakeUpload>().UploadAsync(folder, place, display), place);

        var said = experiments.Count == 0
            ? $"No experiment waits for drops into '{dataset}' yet; 'run EXPERIMENT.yaml --on-drops' registers one and runs it over what "
            + "is there."
            : $"Asked the services to run {string.Join(", ", experiments.Select(experiment => $"'{experiment.Name}'"))} over it.";
        return await new RunConversation(host).AskAsync(new IngestDataset(dataset, place), said, wait ? experiments : []);
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
