using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Hosting.Telemetry;
using LogContext = Serilog.Context.LogContext;

namespace Pipeline.Hosting.Bus;

/// <summary>Around the handling of a message: log lines say which run it is for; its waiting and working times are measured.</summary>
public sealed class MessageScopeFilter<T>(PipelineMetrics metrics, ILogger<MessageScopeFilter<T>> log) : IFilter<ConsumeContext<T>>
    where T : class
{
    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        var name = typeof(T).Name;
        var runId = (context.Message as IRunMessage)?.Run.RunId;
        using var run = runId is null ? null : LogContext.PushProperty("RunId", runId);
        using var message = LogContext.PushProperty("Message", name);
        if (runId is not null)
            Activity.Current?.SetTag("pipeline.run", runId);
        if (context.Headers.TryGetHeader(MessageFormat.SentHeader, out var sent)
            && DateTimeOffset.TryParse(Convert.ToString(sent, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out var time))
        {
            metrics.Waited(name, DateTimeOffset.UtcNow - time);
        }

        var clock = Stopwatch.GetTimestamp();
        await next.Send(context);
        var spent = Stopwatch.GetElapsedTime(clock);
        metrics.Handled(name, spent);
        if (StageQueues.StageOf(typeof(T)) is not null)
            log.LogInformation("{What} handled in {Seconds:0.000} s", name, spent.TotalSeconds);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("message-scope");
}

/// <summary>Which run a message is about, read from its body as it lies in a queue.</summary>
public static class RunOfMessage
{
    /// <summary>The <c>runId</c> of the message's <c>run</c>, or its own; null where there is none.</summary>
    public static string? IdOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var message = JsonDocument.Parse(body);
            return Property(message.RootElement, "run") is { ValueKind: JsonValueKind.Object } run ? Text(run) : Text(message.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement holder) =>
        Property(holder, "runId") is { ValueKind: JsonValueKind.String } id ? id.GetString() : null;

    private static JsonElement? Property(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var value) ? value : null;
}
