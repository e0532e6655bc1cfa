using System.CommandLine;
using System.Text.RegularExpressions;

namespace Pipeline.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<string> Store() => new("--store")
    {
        Description = "Folder that holds everything a run leaves. Given, this process does the work, whatever services the settings name.",
        HelpName = "folder",
        DefaultValueFactory = _ => "pipeline-store",
    };

    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line; docs/commands.md describes them." };

    public static Option<bool> Wait() =>
        new("--wait") { Description = "Follow the run to its end and show the result. In this process a run is always followed." };

    public static Option<string?> Queue() => new("--queue")
    {
        Description = "Queue whose messages are meant, named with or without '_error'; all if left out.",
        HelpName = "queue"
    };

    /// <summary>For commands whose work services do.</summary>
    /// <exception cref="PipelineException">An option is given that only work in this process heeds.</exception>
    public static void RefuseLocal(ParseResult parsed, params IReadOnlyList<Option> options)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } given)
        {
            throw new PipelineException(
                $"{given.Name} applies to work in this process, and the services of Bus:Host do this work. Leave it out, or give --store "
                + "too. Services have their own settings Torch:Device and Torch:Threads.");
        }
    }

    public static Option<string?> Device()
    {
        var option = new Option<string?>("--device")
        {
            Description = "auto, cpu, cuda or cuda:n; overrides Torch:Device.",
            HelpName = "device"
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Regex.IsMatch(token.Value, "^(auto|cpu|cuda(:[0-9]{1,3})?)$"))
                result.AddError($"--device is '{token.Value}'; it must be auto, cpu, cuda or cuda:n.");
        });
        return option;
    }

    public static Option<int?> Threads()
    {
        const int Most = 1024;
        return new("--threads")
        {
            Description = "Threads within one operation, 0 for all cores; overrides Torch:Threads.",
            HelpName = "n",
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, out var threads) && threads is >= 0 and <= Most)
                    return threads;
                result.AddError($"--threads is '{result.Tokens[0].Value}'; it must be a whole number from 0 to {Most}.");
                return null;
            },
        };
    }
}
