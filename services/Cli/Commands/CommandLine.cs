using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Pipeline.Cli.Connecting;
using Pipeline.Cli.Results;
using Pipeline.Cli.Running;
using Pipeline.Hosting.Settings;

namespace Pipeline.Cli.Commands;

/// <summary>What a person types. Whatever goes wrong is one line on standard error and a non-zero exit code.</summary>
public static class CommandLine
{
    /// <returns>The exit code.</returns>
    public static async Task<int> InvokeAsync(string[] arguments)
    {
        var parsed = Root().Parse(arguments);
        var wrong = parsed.Errors.Count > 0 && parsed.Action is not ExampleHelp ? parsed.Errors[0].Message
            : FindEmpty(parsed.CommandResult) is { } empty ? $"'{empty.Name}' is empty. Valid: {empty.Description}"
            : null;
        if (wrong is not null)
        {
            Console.Error.WriteLine(Describe(parsed, wrong));
            return ExitCode.Failure;
        }

        AppDomain.CurrentDomain.UnhandledException += (_, fault) => EndWith((Exception)fault.ExceptionObject);
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(ErrorLine.Of(error as PipelineException ?? SettingsFailure.Of(error, CommandSettings.Read()) ?? error));
            return ExitCode.Failure;
        }
    }

    /// <summary>A thread of a library has failed, and the runtime is about to end the process with pages of stack.</summary>
    private static void EndWith(Exception error)
    {
        Console.Error.WriteLine($"The process broke off: {ErrorLine.Of(error)}");
        ProcessEnd.Now(ExitCode.Failure);
    }

    /// <summary>Shells pass a variable that is not set as an empty argument.</summary>
    private static Symbol? FindEmpty(CommandResult command) => command.Children
        .Where(given => given.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        .Select(given => (given as OptionResult)?.Option ?? (Symbol?)(given as ArgumentResult)?.Argument)
        .FirstOrDefault(symbol => symbol is not null);

    private static string Describe(ParseResult parsed, string error)
    {
        var command = parsed.CommandResult.Command;
        var (name, valid) = command is RootCommand
            ? ("", $" It must be one of {string.Join(", ", command.Subcommands.Select(below => below.Name))}.")
            : ($" {string.Join(' ', Names(parsed.CommandResult))}", "");
        return $"{ErrorLine.Of(error)}{valid} See: {Words.Program}{name} --help";
    }

    /// <summary>Of the command and those above it, without the program's own.</summary>
    private static IEnumerable<string> Names(CommandResult command) =>
        command.Parent is CommandResult above ? [.. Names(above), command.Command.Name] : [];

    private static RootCommand Root()
    {
        var root = new RootCommand(
            "Did pretraining help? Pretrains an encoder on unlabelled images, text, DNA or protein with labels that it makes itself, "
            + "fine-tunes it on few real labels, and compares that with training from scratch.")
        {
            DemoCommand.Create(),
            RunCommand.Create(),
            DropCommand.Create(),
            StatusCommand.Create(),
            ReportCommand.Create(),
            CancelCommand.Create(),
            ErrorsCommand.Create(),
        };
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new ExampleHelp((HelpAction)help.Action!);
        root.SetAction(_ => root.Parse(["--help"]).Invoke());
        return root;
    }
}

/// <summary>The usual help, and below it how the command is typed.</summary>
internal sealed class ExampleHelp(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in Of(parseResult.CommandResult.Command))
            output.WriteLine($"  {Words.Program} {example}");
        output.WriteLine();
        return 0;
    }

    private static IEnumerable<string> Of(Command command) => command is ExampledCommand exampled
        ? exampled.Examples
        : command.Subcommands.OfType<ExampledCommand>().Select(below => below.Examples[0]);
}

/// <summary>A command whose help shows examples.</summary>
/// <param name="examples">What follows the program's name; the first is shown in the program's own help too.</param>
internal sealed class ExampledCommand(string name, string description, params IReadOnlyList<string> examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;
}
