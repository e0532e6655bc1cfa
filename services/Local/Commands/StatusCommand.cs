using System.CommandLine;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;
using Pipeline.Ingestion.Rejecting;
using Pipeline.Local.Progress;
using Pipeline.Local.Results;
using Pipeline.Local.Running;
using Pipeline.Local.Shapes;
using Spectre.Console;

namespace Pipeline.Local.Commands;

/// <summary>The runs in a store and how far each is.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var store = SharedOptions.Store();
        var json = SharedOptions.Json();
        var watch = new Option<bool>("--watch") { Description = "Look again every two seconds until Ctrl-C." };
        var rejected = new Option<bool>("--rejected") { Description = "The files of each dataset's newest import that could not be used, by reason." };
        var dataset = new Option<string?>("--dataset") { Description = "Name of the dataset whose files to show, with --rejected; all if left out.", HelpName = "name" };
        var command = new ExampledCommand(
            "status", "Show the runs in a store and how far each is.", "status", "status --store /tmp/demo --json", "status --watch", "status --rejected --dataset fashion") { store, json, watch, rejected, dataset };
        command.Validators.Add(result =>
        {
            if (result.GetValue(rejected) && result.GetValue(watch))
            {
                result.AddError("--rejected and --watch exclude each other.");
            }
            else if (result.GetValue(dataset) is not null && !result.GetValue(rejected))
            {
                result.AddError("--dataset says whose rejected files to show; valid is to give --rejected too.");
            }
        });
        command.SetAction((parsed, cancellation) => parsed.GetValue(rejected)
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
            Write(await reader.ReadAllAsync(cancellation), store.Name, json);
        }

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

    private static void Write(IReadOnlyList<RunStatus> runs, string store, bool json)
    {
        if (json)
        {
            foreach (var run in runs)
            {
                Console.WriteLine(JsonSerializer.Serialize(run, PipelineJson.Compact));
            }
        }
        else if (runs.Count == 0)
        {
            Console.WriteLine($"No run in {store} has its dataset yet.");
        }
        else
        {
            TextTable.Write(Console.Out, RunStatus.Head, runs.Select(run => run.Cells), RunStatus.Alignment);
        }
    }
}
