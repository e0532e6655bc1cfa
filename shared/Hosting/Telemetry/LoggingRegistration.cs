using Microsoft.Extensions.DependencyInjection;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Pipeline.Hosting.Telemetry;

/// <summary>Serilog, one compact JSON object a line; trace and span ids are <c>@tr</c> and <c>@sp</c>.</summary>
public static class LoggingRegistration
{
    /// <summary>Into <c>logs/</c> of the store, a file a day, kept for 31 days: the console belongs to the progress display.</summary>
    public static IServiceCollection AddFileLogging(this IServiceCollection services, string storeFolder) =>
        services.AddSerilog(log => Levels(log).WriteTo.Sink(LoggerSinkConfiguration.Wrap(
            file => new ExpendableSink(file),
            sink => sink.File(new CompactJsonFormatter(), Path.Combine(storeFolder, "logs", "pipeline-.jsonl"),
                rollingInterval: RollingInterval.Day, shared: true))));

    /// <summary>To standard output, where containers' logs are collected, with the stage on every line.</summary>
    public static IServiceCollection AddConsoleLogging(this IServiceCollection services, Stage stage) =>
        services.AddSerilog(log => Levels(log).Enrich.WithProperty("Stage", stage.Name()).WriteTo.Console(new CompactJsonFormatter()));

    private static LoggerConfiguration Levels(LoggerConfiguration log) => log
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
        .MinimumLevel.Override("Azure", LogEventLevel.Warning)
        .MinimumLevel.Override("Polly", LogEventLevel.Warning)
        // Each retry is told once already, with its reason.
        .Filter.ByExcluding(line => line.MessageTemplate.Text.StartsWith("Execution attempt", StringComparison.Ordinal))
        .Enrich.FromLogContext();

    /// <summary>Serilog passes over lines that cannot be written, as on a full disk; so does this when the file is closed.</summary>
    private sealed class ExpendableSink(ILogEventSink file) : ILogEventSink, IDisposable
    {
        public void Emit(LogEvent logEvent) => file.Emit(logEvent);

        public void Dispose()
        {
            try
            {
                (file as IDisposable)?.Dispose();
            }
            catch (IOException)
            {
                // Why the run failed is told on the terminal.
            }
        }
    }
}
