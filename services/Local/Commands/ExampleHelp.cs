using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pipeline.Local.Commands;

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
        {
            output.WriteLine($"  {CommandLine.Program} {example}");
        }

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
