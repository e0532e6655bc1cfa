using System.Text.Json;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Results;
using Pipeline.Lake.Places;

namespace Pipeline.Cli.Remote;

/// <summary>Asks the services for a run.</summary>
internal static class RemoteRun
{
    /// <param name="text">The experiment's file, which the services read and check themselves.</param>
    /// <param name="data">The URL of a place in the lake, or a folder that the services see under the same path; null: where the dataset
    /// lands, now or with the next drop.</param>
    public static async Task<int> AskAsync(Experiment experiment, string text, string? data, bool onDrops, bool wait)
    {
        if (wait && onDrops && data is null)
        {
            throw new PipelineException("--wait has nothing to wait for: --on-drops without --data only registers the experiment for the "
                + "next drop. Give --data too, or run 'drop FOLDER --wait' afterwards.");
        }

        var source = data is null || LakeLocations.IsUrl(data) ? data : Path.GetFullPath(data);
        using var host = RemoteHost.Build();
        await RemoteHost.StartAsync(host);
        string[] said =
        [
            onDrops && source is null
                ? $"Asked the services to run '{experiment.Name}' with each drop into '{experiment.Data}'."
                : $"Asked the services to run '{experiment.Name}' over "
                + $"{source ?? $"what lies in the lake for '{experiment.Data}'"}{(onDrops ? ", and with each drop" : "")}.",
            $"How far it is:       {Words.Program} status --watch",
            $"If it does not come: {Words.Program} errors",
        ];
        return await new RunConversation(host).AskAsync(new RunExperiment(JsonSerializer.SerializeToElement(text), source, onDrops),
            wait ? said[0] : string.Join(Environment.NewLine, said), wait ? [experiment] : []);
    }
}
