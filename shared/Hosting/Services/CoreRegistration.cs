using Microsoft.Extensions.DependencyInjection;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Telemetry;

namespace Pipeline.Hosting.Services;

/// <summary>What every host needs, whatever its shape.</summary>
public static class CoreRegistration
{
    public static IServiceCollection AddPipelineCore(this IServiceCollection services) =>
        services.AddSingleton(TimeProvider.System).AddSingleton<RunLedger>().AddSingleton<StageEvents>().AddSingleton<RunStop>().AddSingleton<PipelineMetrics>();
}
