using System.CommandLine;
using System.Text.RegularExpressions;

namespace Pipeline.Local.Commands;

/// <summary>Options that several commands have.</summary>
internal static partial class SharedOptions
{
    public static Option<string> Store() => new("--store")
    {
        Description = "Folder that holds everything a run leaves.",
        HelpName = "folder",
        DefaultValueFactory = _ => "pipeline-store",
    };

    public static Option<string?> Device()
    {
        var option = new Option<string?>("--device") { Description = "auto, cpu, cuda or cuda:n; overrides Torch:Device.", HelpName = "device" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !DeviceName().IsMatch(token.Value))
            {
                result.AddError($"--device is '{token.Value}'; valid are auto, cpu, cuda and cuda:n.");
            }
        });
        return option;
    }

    public static Option<int?> Threads()
    {
        const int Most = 1024;
        var option = new Option<int?>("--threads") { Description = "Threads within one operation, 0 for all cores; overrides Torch:Threads.", HelpName = "n" };
        option.CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, out var threads) && threads is >= 0 and <= Most)
            {
                return threads;
            }

            result.AddError($"--threads is '{result.Tokens[0].Value}'; valid is a whole number from 0 to {Most}.");
            return null;
        };
        return option;
    }

    [GeneratedRegex("^(auto|cpu|cuda(:[0-9]{1,3})?)$")]
    private static partial Regex DeviceName();
}
