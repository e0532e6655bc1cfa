using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Pipeline.Hosting.Services;
using Pipeline.Hosting.Settings;

namespace Pipeline.Cli.Connecting;

/// <summary>The settings of whoever types a command: those that a service in the same folder would have.</summary>
internal static class CommandSettings
{
    /// <summary>Whether services do the work: the settings name their broker.</summary>
    public static bool HasBroker => Read()["Bus:Host"] is { Length: > 0 };

    /// <summary>The folder of artifacts where this process does the work, as it always does with --store; null where services do.</summary>
    public static string? LocalStore(ParseResult parsed, Option<string> store) =>
        parsed.GetResult(store) is not { Implicit: false } && HasBroker ? null : parsed.GetRequiredValue(store);

    /// <exception cref="PipelineException">appsettings.json cannot be read.</exception>
    public static IConfiguration Read()
    {
        try
        {
            var settings = new ConfigurationManager();
            settings.SetBasePath(Environment.CurrentDirectory);
            return settings.AddPipelineSettings();
        }
        catch (InvalidDataException error)
        {
            throw SettingsFailure.Of(error, new ConfigurationManager())!;
        }
    }

    /// <summary>A host without the defaults, which log to the console: that belongs to what the command says.</summary>
    public static HostApplicationBuilder QuietHost()
    {
        var builder = new HostApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true, ContentRootPath = Environment.CurrentDirectory });
        builder.Configuration.AddConfiguration(Read());
        return builder;
    }
}
