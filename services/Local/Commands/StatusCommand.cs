using System.CommandLine;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;
using Pipeline.Local.Results;

namespace Pipeline.Local.Commands;

/// <summary>The runs in a store and how far each is.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var store = SharedOptions.Store();
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var command = new ExampledCommand("status", "Show the runs in a store and how far each is.", "status", "status --store /tmp/demo --json") { store, json };
        command.SetAction((parsed, cancellation) => ShowAsync(parsed.GetRequiredValue(store), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> ShowAsync(string folder, bool json, CancellationToken cancellation)
    {
        var store = ExistingStore.Open(folder);
        var reader = new RunStatusReader(store, new RunLedger(store));
        var runs = await reader.ReadAllAsync(cancellation);
        if (json)
        {
            foreach (var run in runs)
            {
                Console.WriteLine(JsonSerializer.Serialize(run, PipelineJson.Compact));
            }
        }
        else if (runs.Count == 0)
        {
            Console.WriteLine($"No run in {store.Root} has its dataset yet.");
        }
        else
        {
            TextTable.Write(Console.Out, ["run", "stage", "started", "step"], runs.Select(run => run.Cells), ['l', 'l', 'l', 'r']);
        }

        return 0;
    }
}
