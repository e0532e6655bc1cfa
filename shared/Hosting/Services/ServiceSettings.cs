using Microsoft.Extensions.Configuration;

namespace Pipeline.Hosting.Services;

/// <summary>Where settings come from: <c>appsettings.json</c> in the current folder, then the environment (<c>PIPELINE_Bus__Host</c>), which wins.</summary>
public static class ServiceSettings
{
    private const string EnvironmentPrefix = "PIPELINE_";

    public static T AddPipelineSettings<T>(this T configuration)
        where T : IConfigurationBuilder
    {
        configuration.AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables(EnvironmentPrefix);
        return configuration;
    }
}
