using System.CommandLine;
using Pipeline.Local.Running;

namespace Pipeline.Local.Commands;

/// <summary>An experiment over a folder, from the files to the verdict.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var experiment = new Argument<string>("experiment") { Description = "The experiment's YAML file; docs/experiment.md describes it." };
        var data = new Option<string>("--data") { Description = "Folder with the images and, for some of them, labels.", HelpName = "folder", Required = true };
        var (store, device, threads) = (SharedOptions.Store(), SharedOptions.Device(), SharedOptions.Threads());
        var command = new ExampledCommand(
            "run",
            "Run an experiment over a folder of data. Interrupted, the same command goes on from where it was; finished, it shows the result again.",
            "run my-experiment.yaml --data my-images",
            "run deploy/samples/fashion-mnist-full.yaml --data /usr/share/datasets/fashion-mnist --store /tmp/full")
        {
            experiment,
            data,
            store,
            device,
            threads,
        };
        command.SetAction((parsed, _) => LocalRun.RunAsync(new RunSettings(
            parsed.GetRequiredValue(experiment),
            parsed.GetRequiredValue(data),
            parsed.GetRequiredValue(store),
            parsed.GetValue(device),
            parsed.GetValue(threads))));
        return command;
    }
}
