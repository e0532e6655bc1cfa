using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Results;
using Pipeline.Cli.Running;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Rejecting;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary>The runs in a store and how far each is.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var folder = SharedOptions.Store();
        var json = SharedOptions.Json();
        var watch = new Option<bool>("--watch") { Description = "Look again every two seconds until Ctrl-C." };
        var rejected = new Option<bool>("--rejected")
        {
            Description = "The files of each dataset's newest import that could not be used, by reason."
        };
        var data = new Option<bool>("--data")
        {
            Description = "What was understood of each dataset's newest version: samples, classes, what was left out, warnings."
        };
        var dataset = new Option<string?>("--dataset")
        {
            Description = "Name of the dataset to show, with --data or --rejected; all if left out.",
            HelpName = "name"
        };
        var command = new ExampledCommand(
            "status", "Show the runs in a store and how far each is.", "status", "status --store /tmp/demo --json", "status --watch",
            "status --data", "status --rejected --dataset fashion")
        { folder, json, watch, data, rejected, dataset };
        command.Validators.Add(result =>
        {
            Option<bool>[] given = [.. new[] { data, rejected, watch }.Where(option => result.GetValue(option))];
            if (given.Length > 1)
                result.AddError($"{given[0].Name} and {given[1].Name} exclude each other.");
            else if (result.GetValue(dataset) is not null && !result.GetValue(data) && !result.GetValue(rejected))
                result.AddError("--dataset says whose data or rejected files to show, and needs --data or --rejected.");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            using var store = OpenedStore.Open(CommandSettings.LocalStore(parsed, folder));
            var (only, asJson) = (parsed.GetValue(dataset), parsed.GetValue(json));
            await (parsed.GetValue(data)
                ? DataListing.WriteAsync(new CommittedDatasets(store.Store), only, asJson, Console.Out, cancellation)
                : parsed.GetValue(rejected)
                ? RejectedListing.WriteAsync(new RejectedFiles(store.Store), only, asJson, Console.Out, cancellation)
                : parsed.GetValue(watch) ? WatchAsync(store, asJson) : ShowAsync(store, asJson, cancellation));
            return ExitCode.Success;
        });
        return command;
    }

    private static async Task WatchAsync(OpenedStore store, bool json)
    {
        using var signals = new Signals();
        var watch = new StatusWatch(new RunStatusReader(store.Store, store.Ledger).ReadAllAsync, TimeProvider.System);
        await (RunDisplay.IsTerminal() && !json
            ? watch.ShowTableAsync(AnsiConsole.Console, signals.Token)
            : watch.WriteChangesAsync(Console.Out, json, signals.Token));
    }

    private static async Task ShowAsync(OpenedStore store, bool json, CancellationToken cancellation)
    {
        var runs = await new RunStatusReader(store.Store, store.Ledger).ReadAllAsync(cancellation);
        if (json)
        {
            foreach (var run in runs)
                Console.WriteLine(JsonSerializer.Serialize(run, PipelineJson.Compact));
            return;
        }

        var datasets = await new CommittedDatasets(store.Store).NewestAsync(cancellation: cancellation);
        if (runs.Count == 0)
            Console.WriteLine($"No run in {store.Name} has its dataset yet.");
        else
            RunStatus.WriteTable(Console.Out, runs);
        if (datasets.Count > 0)
            Console.WriteLine();
        foreach (var version in datasets)
            Console.WriteLine($"data {DatasetOverview.Line(version.Manifest)}");
        if (datasets.Any(version => version.Manifest.Warnings.Count > 0))
            Console.WriteLine("'status --data' shows the warnings.");
    }
}
