using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Progress;
using Pipeline.Cli.Results;
using Pipeline.Cli.Running;
using Pipeline.Hosting.Runs;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Rejecting;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary>The runs in a store and how far each is.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var store = SharedOptions.Store();
        var json = SharedOptions.Json();
        var watch = new Option<bool>("--watch") { Description = "Look again every two seconds until Ctrl-C." };
        var rejected =
            new Option<bool>("--rejected") { Description = "The files of each dataset's newest import that could not be used, by reason." };
        var data = new Option<bool>("--data")
        {
            Description = "What was understood of each dataset's newest version: samples, classes, "
            + "what was left out, warnings."
        };
        var dataset =
            new Option<string?>("--dataset")
            {
                Description = "Name of the dataset to show, with --data or --rejected; all if left out.",
                HelpName = "name"
            };
        var command = new ExampledCommand(
            "status", "Show the runs in a store and how far each is.", "status", "status --store /tmp/demo --json", "status --watch",
            "status --data", "status --rejected --dataset fashion") { store, json, watch, data, rejected, dataset };
        command.Validators.Add(result =>
        {
            Option<bool>[] given = [.. new[] { data, rejected, watch }.Where(option => result.GetValue(option))];
            if (given.Length > 1)
                result.AddError($"{given[0].Name} and {given[1].Name} exclude each other.");
            else if (result.GetValue(dataset) is not null && !result.GetValue(data) && !result.GetValue(rejected))
                result.AddError("--dataset says whose data or rejected files to show, and needs --data or --rejected.");
        });
        command.SetAction((parsed, cancellation) => parsed.GetValue(data)
            ? ShowDataAsync(Shape.Of(parsed, store), parsed.GetValue(dataset), parsed.GetValue(json), cancellation)
            : parsed.GetValue(rejected)
            ? ShowRejectedAsync(Shape.Of(parsed, store), parsed.GetValue(dataset), parsed.GetValue(json), cancellation)
            : ShowAsync(Shape.Of(parsed, store), parsed.GetValue(json), parsed.GetValue(watch), cancellation));
        return command;
    }

    private static async Task<int> ShowAsync(Shape shape, bool json, bool watch, CancellationToken cancellation)
    {
        using var store = OpenedStore.Open(shape);
        var reader = new RunStatusReader(store.Store, new RunLedger(store.Store));
        if (watch)
        {
            await WatchAsync(new StatusWatch(reader.ReadAllAsync, TimeProvider.System), json);
        }
        else
        {
            Write(await reader.ReadAllAsync(cancellation), json ? [] : await new CommittedDatasets(store.Store)
                .NewestAsync(cancellation: cancellation), store.Name, json);
        }

        return ExitCode.Success;
    }

    private static async Task<int> ShowDataAsync(Shape shape, string? dataset, bool json, CancellationToken cancellation)
    {
        using var store = OpenedStore.Open(shape);
        await DataListing.WriteAsync(new CommittedDatasets(store.Store), dataset, json, Console.Out, cancellation);
        return ExitCode.Success;
    }

    private static async Task<int> ShowRejectedAsync(Shape shape, string? dataset, bool json, CancellationToken cancellation)
    {
        using var store = OpenedStore.Open(shape);
        await RejectedListing.WriteAsync(new RejectedFiles(store.Store), dataset, json, Console.Out, cancellation);
        return ExitCode.Success;
    }

    private static async Task WatchAsync(StatusWatch watch, bool json)
    {
        using var interruption = new Interruption();
        await (RunDisplay.IsTerminal() && !json
            ? watch.ShowTableAsync(AnsiConsole.Console, interruption.Token)
            : watch.WriteChangesAsync(Console.Out, json, interruption.Token));
    }

    private static void Write(IReadOnlyList<RunStatus> runs, IReadOnlyList<DatasetVersion> datasets, string store, bool json)
    {
        if (json)
        {
            foreach (var run in runs)
                Console.WriteLine(JsonSerializer.Serialize(run, PipelineJson.Compact));
            return;
        }

        if (runs.Count == 0)
            Console.WriteLine($"No run in {store} has its dataset yet.");
        else
            TextTable.Write(Console.Out, RunStatus.Head, runs.Select(run => run.Cells), RunStatus.Alignment);
        if (datasets.Count > 0)
            Console.WriteLine();
        foreach (var version in datasets)
            Console.WriteLine($"data {DatasetOverview.Line(version.Manifest)}");
        if (datasets.Any(version => version.Manifest.Warnings.Count > 0))
            Console.WriteLine("'status --data' shows the warnings.");
    }
}
