using System.CommandLine;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Remote;
using Pipeline.Cli.Running;

namespace Pipeline.Cli.Commands;

/// <summary>New files for a dataset, and what is to run on them.</summary>
internal static class DropCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Folder with the dataset's files." };
        var dataset = new Option<string>("--dataset")
        {
            Description = "Which dataset they belong to: the 'data' of its experiments.",
            HelpName = "name",
            Required = true
        };
        var wait = SharedOptions.Wait();
        var (store, device, threads) = (SharedOptions.Store(), SharedOptions.Device(), SharedOptions.Threads());
        var command = new ExampledCommand(
            "drop",
            "Run every experiment that waits for a dataset's files over a folder of them. Among services the folder is first copied into "
            + "the lake.",
            "drop my-images --dataset fashion",
            "drop my-images --dataset fashion --wait")
        { folder, dataset, wait, store, device, threads };
        command.SetAction((parsed, _) =>
        {
            var (source, name) = (parsed.GetRequiredValue(folder), parsed.GetRequiredValue(dataset));
            if (CommandSettings.LocalStore(parsed, store) is { } local)
                return LocalDrop.RunAsync(source, name, local, parsed.GetValue(device), parsed.GetValue(threads));
            SharedOptions.RefuseLocal(parsed, device, threads);
            return RemoteDrop.AskAsync(source, name, parsed.GetValue(wait));
        });
        return command;
    }
}
