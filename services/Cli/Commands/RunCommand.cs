using System.CommandLine;
using Pipeline.Artifacts.Folder;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Remote;
using Pipeline.Cli.Results;
using Pipeline.Cli.Running;
using Pipeline.Experiments;

namespace Pipeline.Cli.Commands;

/// <summary>An experiment over data, from the files to the verdict.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("experiment") { Description = "The experiment's YAML file; docs/experiment.md describes it." };
        var data = new Option<string?>("--data")
        {
            Description = "Folder with the data and, for some of them, labels. Among services also the URL of a place in the lake; where "
            + "the dataset lands if left out.",
            HelpName = "source",
        };
        var onDrops = new Option<bool>("--on-drops")
        {
            Description = "Run it with each drop into its dataset, and now too if --data is given."
        };
        var wait = SharedOptions.Wait();
        var (store, device, threads) = (SharedOptions.Store(), SharedOptions.Device(), SharedOptions.Threads());
        var command = new ExampledCommand(
            "run",
            "Run an experiment over a folder of data. Interrupted, the same command goes on from where it was; finished, it shows the "
            + "result again.",
            "run my-experiment.yaml --data my-images",
            "run deploy/samples/fashion-mnist-full.yaml --data /usr/share/datasets/fashion-mnist --store /tmp/full",
            "run my-experiment.yaml --on-drops")
        { file, data, onDrops, wait, store, device, threads };
        command.SetAction((parsed, cancellation) =>
        {
            var folder = CommandSettings.LocalStore(parsed, store);
            var (source, again) = (parsed.GetValue(data), parsed.GetValue(onDrops));
            if (folder is not null && source is null && !again)
            {
                throw new PipelineException("Option '--data' is required where no services do the work: it must be a folder of data. "
                    + $"See: {Words.Program} run --help");
            }

            var path = parsed.GetRequiredValue(file);
            var text = ExperimentFile.ReadText(path);
            var experiment = ExperimentFile.Parse(text, path);
            if (folder is null)
            {
                SharedOptions.RefuseLocal(parsed, device, threads);
                return RemoteRun.AskAsync(experiment, text, source, again, parsed.GetValue(wait));
            }

            return source is null
                ? RegisterAsync(experiment, folder, cancellation)
                : LocalRun.RunAsync(new RunSettings(experiment, source, folder, parsed.GetValue(device), parsed.GetValue(threads), again));
        });
        return command;
    }

    private static async Task<int> RegisterAsync(Experiment experiment, string folder, CancellationToken cancellation)
    {
        var store = new FolderArtifactStore(folder);
        var reference = await ExperimentArtifact.PutAsync(store, experiment, cancellation);
        await new DropExperiments(store).AddAsync(experiment, reference, cancellation);
        Console.WriteLine(
            $"'{experiment.Name}' runs with each drop into '{experiment.Data}': {Words.Program} drop FOLDER --dataset {experiment.Data}");
        return ExitCode.Success;
    }
}
