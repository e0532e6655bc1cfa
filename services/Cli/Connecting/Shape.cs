using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Pipeline.Hosting.Services;
using Pipeline.Hosting.Settings;

namespace Pipeline.Cli.Connecting;

/// <summary>Where a command's work is done: by services where the settings name their broker (Bus:Host), else in this process. A store
/// given by --store is always a folder of this process.</summary>
internal abstract record Shape
{
    /// <param name="Store">The folder of artifacts.</param>
    public sealed record Local(string Store) : Shape;

    public sealed record Distributed : Shape;

    /// <param name="store">The command's option --store.</param>
    /// <exception cref="PipelineException">The settings cannot be read.</exception>
    public static Shape Of(ParseResult parsed, Option<string> store) =>
        parsed.GetResult(store) is not { Implicit: false } && HasBroker ? new Distributed() : new Local(parsed.GetRequiredValue(store));

    public static bool HasBroker => CommandSettings.Read()["Bus:Host"] is { Length: > 0 };
}

/// <summary>The settings of whoever types a command: those that a service in the same folder would have.</summary>
internal static class CommandSettings
{
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

    /// <summary>A host with these settings and without the defaults, which log to the console: that belongs to what the command
    /// says.</summary>
    /// <exception cref="PipelineException">appsettings.json cannot be read.</exception>
    public static HostApplicationBuilder QuietHost()
    {
        var builder = new HostApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true, ContentRootPath = Environment.CurrentDirectory });
        builder.Configuration.AddConfiguration(Read());
        return builder;
    }
}
