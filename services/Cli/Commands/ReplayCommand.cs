using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Remote.Errors;
using Pipeline.Hosting.Runs;

namespace Pipeline.Cli.Commands;

/// <summary>Messages that failed for good, tried again.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var queue = SharedOptions.Queue();
        var run = new Option<string?>("--run") { Description = "Only messages of this run.", HelpName = "run" };
        var id = new Option<string?>("--id") { Description = "Only the message of this id, as errors shows it.", HelpName = "id" };
        var command = new ExampledCommand(
            "replay", "Put failed messages back into their queues, once what was wrong is mended. Those that are not meant stay.",
            "errors replay", "errors replay --queue train-slice --run fashion-demo-0123456789ab")
        { queue, run, id };
        command.SetAction((parsed, cancellation) => ReplayAsync(parsed.GetValue(queue), parsed.GetValue(run), parsed.GetValue(id),
            cancellation));
        return command;
    }

    private static async Task<int> ReplayAsync(string? wanted, string? run, string? id, CancellationToken cancellation)
    {
        ErrorsCommand.RequireBroker();
        var queues = ErrorQueues.Choose(wanted);
        using var host = RemoteHost.Build();
        await using var connection = await RemoteHost.ConnectAsync(host, "pipeline replay", cancellation);
        var replay = new FailedMessages(connection, host.Services.GetRequiredService<RunLedger>());
        var (replayed, left) = (0, 0);
        foreach (var queue in queues)
        {
            var (back, others) = await replay.ReplayAsync(queue, run, id, cancellation);
            (replayed, left) = (replayed + back, left + others);
        }

        Console.WriteLine($"{replayed} replayed, {left} left.");
        return 0;
    }
}
