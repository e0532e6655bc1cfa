using System.Diagnostics;
using System.Globalization;
using System.Net.Mime;
using System.Text.Json.Serialization;
using MassTransit;
using Pipeline.Hosting.Bus;

namespace Pipeline.Hosting.Events;

/// <summary>What happens to runs, for the rest of the MLOps workflow: CloudEvents on the topic exchange <c>pipeline.events</c>, with the
/// routing keys <c>run.started</c>, <c>stage.done</c>, <c>verdict.reached</c>, <c>run.failed</c> and <c>run.cancelled</c>.</summary>
public sealed class OutgoingEventsConsumer(TimeProvider clock) :
    IConsumer<DatasetCommitted>,
    IConsumer<PseudoLabelsReady>,
    IConsumer<EncoderReady>,
    IConsumer<TrialsReady>,
    IConsumer<VerdictReached>,
    IConsumer<RunFailed>,
    IConsumer<RunCancelled>
{
    public const string Exchange = "pipeline.events";

    private static readonly Uri Address = new($"exchange:{Exchange}?type=topic");

    private static readonly ContentType CloudEvent = new("application/cloudevents+json");

    public async Task Consume(ConsumeContext<DatasetCommitted> context)
    {
        var run = context.Message.Run;
        await SendAsync(context, "run.started", run.RunId, run.RunId, new { run.RunId, run.Experiment, run.Dataset });
        await StageDoneAsync(context, Stage.Ingestion, run, new { run.Dataset });
    }

    public Task Consume(ConsumeContext<PseudoLabelsReady> context)
    {
        var ready = context.Message;
        return StageDoneAsync(context, Stage.PseudoLabels, ready.Run, new { ready.PseudoLabels, ready.Pretext, ready.PreFlight });
    }

    public Task Consume(ConsumeContext<EncoderReady> context)
    {
        var (run, encoder, encoders) = context.Message;
        return StageDoneAsync(context, Stage.Pretraining, run, encoders is null ? new { encoder } : new { encoder, encoders });
    }

    public Task Consume(ConsumeContext<TrialsReady> context) =>
        StageDoneAsync(context, Stage.FineTuning, context.Message.Run, new { context.Message.Trials });

    public async Task Consume(ConsumeContext<VerdictReached> context)
    {
        var (run, verdict, report, page, model) = context.Message;
        await StageDoneAsync(context, Stage.Evaluation, run, new { report });
        await SendAsync(context, "verdict.reached", run.RunId, run.RunId,
            new { run.RunId, verdict, report, page, model, run.Experiment, run.Dataset });
    }

    public Task Consume(ConsumeContext<RunFailed> context)
    {
        var failed = context.Message;
        var about = failed.RunId ?? string.Create(CultureInfo.InvariantCulture, $"message-{context.MessageId}");
        return SendAsync(context, "run.failed", $"{about}/{failed.Stage.Name()}", failed.RunId, failed);
    }

    public Task Consume(ConsumeContext<RunCancelled> context) =>
        SendAsync(context, "run.cancelled", context.Message.RunId, context.Message.RunId, context.Message);

    private Task StageDoneAsync(ConsumeContext context, Stage stage, RunReference run, object left) =>
        SendAsync(context, "stage.done", $"{run.RunId}/{stage.Name()}", run.RunId, new { run.RunId, stage, left });

    private async Task SendAsync(ConsumeContext context, string routingKey, string id, string? subject, object data)
    {
        var endpoint = await context.GetSendEndpoint(Address);
        var said = new OutgoingEvent(
            $"{routingKey}/{id}", $"pipeline.{routingKey}", subject, clock.GetUtcNow(), data, Activity.Current?.Id);
        await endpoint.SendInTimeAsync(said, send =>
        {
            send.ContentType = CloudEvent;
            send.SetRoutingKey(routingKey);
        }, context.CancellationToken);
    }
}

/// <summary>An event for whoever listens outside, in the JSON form of CloudEvents 1.0.</summary>
/// <param name="Id">The same for the same event, however often it is sent: consumers can tell repeats by it.</param>
/// <param name="Type">Such as <c>pipeline.verdict.reached</c>.</param>
/// <param name="Subject">The run.</param>
/// <param name="TraceParent">W3C trace context, by the CloudEvents extension for distributed tracing.</param>
public sealed record OutgoingEvent(
    string Id, string Type, string? Subject, DateTimeOffset Time, object Data,
    [property: JsonPropertyName("traceparent"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceParent)
{
    [JsonPropertyName("specversion")]
    public string SpecVersion { get; } = "1.0";

    public string Source { get; } = "/pipeline";

    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; } = "application/json";
}
