using Microsoft.Extensions.DependencyInjection;
using Serilog;
using Serilog.Formatting.Compact;

namespace Pipeline.Hosting.Logging;

/// <summary>Serilog, one compact JSON object a line.</summary>
public static class LoggingRegistration
{
    /// <summary>Into <c>logs/</c> of the store's folder, a file a day, kept for 31 days: the console belongs to the progress display.</summary>
    public static IServiceCollection AddFileLogging(this IServiceCollection services, string storeFolder) =>
        services.AddSerilog(log => log
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Warning)
            .Enrich.FromLogContext()
            .WriteTo.File(
                new CompactJsonFormatter(),
                Path.Combine(storeFolder, "logs", "pipeline-.jsonl"),
                rollingInterval: RollingInterval.Day,
                shared: true));
}
