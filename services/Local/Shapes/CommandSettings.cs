using Microsoft.Extensions.Configuration;
using Pipeline.Contracts;
using Pipeline.Hosting.Services;
using Pipeline.Hosting.Settings;

namespace Pipeline.Local.Shapes;

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
}
