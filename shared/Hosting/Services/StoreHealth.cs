using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Artifacts;

namespace Pipeline.Hosting.Services;

/// <summary>Whether the store answers.</summary>
internal sealed class StoreHealth(IArtifactStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy($"The store does not answer: {ErrorText(error)}");
        }
    }

    private static string ErrorText(Exception error) => Settings.ErrorLine.Of(error);
}
