using System.Text.Json;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Results;
using Pipeline.Cli.Running;
using Pipeline.Lake.Places;

namespace Pipeline.Cli.Remote;

/// <summary>Asks the services for a run.</summary>
internal static class RemoteRun
{
    /// <param name="text">The experiment's file, which the services read and check themselves.</param>
    /// <param name="data">The URL of a place in the lake, or a folder that the services see under the same path; null: where the dataset
    /// lands, now or with the next drop.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="PipelineException">The broker cannot be reached, or a setting cannot work.</exception>
    public static async Task<int> AskAsync(Experiment experiment, string text, string? data, bool onDrops, bool wait)
    {
        if (wait && onDrops && data is null)
        {
            throw new PipelineException(
                "--wait has nothing to wait for: --on-drops without --data only registers the experiment for the next drop. Give --data "
                + "too, or run 'drop FOLDER --wait' afterwards.");
        }

        var source = data is null || LakeLocations.IsUrl(data) ? data : Path.GetFullPath(data);
        using var host = RemoteHost.Build();
        await RemoteHost.StartAsync(host);
        var conversation = new RunConversation(host);
        if (wait)
            await conversation.ListenAsync([experiment]);
        await conversation.AskAsync(new RunExperiment(JsonSerializer.SerializeToElement(text), source, onDrops));
        Console.WriteLine(onDrops && source is null
            ? $"Asked the services to run '{experiment.Name}' with each drop into '{experiment.Data}'."
            : $"Asked the services to run '{experiment.Name}' over "
            + $"{source ?? $"what lies in the lake for '{experiment.Data}'"}{(onDrops ? ", and with each drop" : "")}.");
        var code = wait ? await conversation.FollowAsync() : NextSteps();
        await host.StopAsync();
        return code;
    }

    private static int NextSteps()
    {
        Console.WriteLine($"How far it is:       {Words.Program} status --watch");
        Console.WriteLine($"If it does not come: {Words.Program} errors");
        return ExitCode.Success;
    }
}

/// <summary>The result of a run of the services, copied to where a person can open it: <c>pipeline-results/RUN/</c> in the current
/// folder.</summary>
internal static class ResultFolder
{
    private const string Root = "pipeline-results";

    /// <returns>The result with the paths of the copies.</returns>
    /// <exception cref="PipelineException">A file of the result is missing or damaged.</exception>
    public static async Task<RunResult> DownloadAsync(OpenedStore store, VerdictReached verdict, CancellationToken cancellation)
    {
        var result = await RunResult.ReadAsync(store.Store, store.Name, verdict, cancellation);
        var folder = Directory.CreateDirectory(Path.Combine(Root, verdict.Run.RunId)).FullName;
        return result with
        {
            ReportFile = Copy(result.ReportFile, verdict.Report),
            Page = Copy(result.Page, verdict.Page),
            Model = verdict.Model is { } model ? Copy(result.Model!, model) : null,
        };

        string Copy(string file, ArtifactReference artifact)
        {
            var target = Path.Combine(folder, artifact.Key.Split('/')[^1]);
            File.Copy(file, target, overwrite: true);
            return target;
        }
    }
}
