using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Remote.Errors;
using Pipeline.Cli.Results;
using Pipeline.Cli.Running;
using Pipeline.Hosting.Runs;

namespace Pipeline.Cli.Commands;

/// <summary>The messages that failed for good.</summary>
internal static class ErrorsCommand
{
    private const int DefaultLimit = 100;
    private const int HighestLimit = 100_000;

    public static Command Create()
    {
        var queue = SharedOptions.Queue();
        var limit = new Option<int>("--limit")
        {
            Description = $"Messages of a queue to show at most, oldest first; 1 to {HighestLimit}.",
            HelpName = "n",
            DefaultValueFactory = _ => DefaultLimit
        };
        limit.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var most) && most is >= 1 and <= HighestLimit))
                result.AddError($"--limit is '{token.Value}'; it must be a whole number from 1 to {HighestLimit}.");
        });
        var json = SharedOptions.Json();
        var command = new ExampledCommand(
            "errors", "Show the messages between the services that could not be handled, and why.", "errors",
            "errors --queue train-slice --json", "errors replay --queue train-slice")
        { queue, limit, json, ReplayCommand.Create() };
        command.SetAction((parsed, cancellation) =>
            ShowAsync(parsed.GetValue(queue), parsed.GetRequiredValue(limit), parsed.GetValue(json), cancellation));
        return command;
    }

    public static void RequireBroker()
    {
        if (!CommandSettings.HasBroker)
        {
            throw new PipelineException("There are no error queues without a broker; Bus:Host (PIPELINE_Bus__Host) names that of the "
                + "services. For runs in this process, status says what failed and why.");
        }
    }

    private static async Task<int> ShowAsync(string? wanted, int limit, bool json, CancellationToken cancellation)
    {
        RequireBroker();
        var queues = ErrorQueues.Choose(wanted);
        using var host = RemoteHost.Build();
        await using var connection = await RemoteHost.ConnectAsync(host, "pipeline errors", cancellation);
        var reader = new FailedMessages(connection, host.Services.GetRequiredService<RunLedger>());
        var messages = new List<FailedMessage>();
        var more = new List<string>();
        foreach (var queue in queues)
        {
            var (found, count) = await reader.ReadAsync(queue, limit, cancellation);
            messages.AddRange(found);
            if (count > found.Count)
                more.Add($"{queue}: {found.Count} of {count} shown; --limit shows more.");
        }

        if (json)
        {
            foreach (var message in messages)
                Console.WriteLine(JsonSerializer.Serialize(message, PipelineJson.Compact));
            return ExitCode.Success;
        }

        var now = TimeProvider.System.GetUtcNow();
        var rows = messages.Select(message => message.Cells(now));
        if (messages.Count == 0)
            Console.WriteLine("No message has failed.");
        else
            TextTable.Write(Console.Out, ["id", "queue", "age", "run", "exception", "reason"], rows, "llrlll");
        foreach (var line in more)
            Console.WriteLine(line);
        return ExitCode.Success;
    }
}
