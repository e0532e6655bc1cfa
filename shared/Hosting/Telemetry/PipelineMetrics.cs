using System.Diagnostics.Metrics;
using Pipeline.Contracts;

namespace Pipeline.Hosting.Telemetry;

/// <summary>What the services count and measure, under the meter <c>Pipeline</c>; the store has its own, <c>Pipeline.Artifacts</c>.</summary>
public sealed class PipelineMetrics : IDisposable
{
    public const string MeterName = "Pipeline";

    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> images;
    private readonly Counter<long> parts;
    private readonly Gauge<double> loss;
    private readonly Gauge<double> imageRate;
    private readonly Histogram<double> slice;
    private readonly Histogram<double> waited;
    private readonly Histogram<double> handled;
    private readonly Counter<long> failed;
    private readonly Counter<long> givenBack;

    public PipelineMetrics()
    {
        images = meter.CreateCounter<long>("pipeline.images", "{image}", "Images decoded, and views trained on");
        parts = meter.CreateCounter<long>("pipeline.parts", "{part}", "Chunks, shards, slices, trials and predictions done");
        loss = meter.CreateGauge<double>("pipeline.loss", "nat", "Pretraining's loss at the newest point of its curve");
        imageRate = meter.CreateGauge<double>("pipeline.image.rate", "{image}/s", "Views a second that pretraining sees");
        slice = meter.CreateHistogram<double>("pipeline.slice.duration", "s", "Training slices, with their checkpoints");
        waited = meter.CreateHistogram<double>("pipeline.message.wait", "s", "From sending a message to handling it");
        handled = meter.CreateHistogram<double>("pipeline.message.duration", "s", "Handling a message, with retries");
        failed = meter.CreateCounter<long>("pipeline.messages.failed", "{message}", "Messages that went to an error queue");
        givenBack = meter.CreateCounter<long>("pipeline.messages.given_back", "{message}", "Messages that went back to their queue after passing faults");
    }

    public void Images(Stage stage, long count) => images.Add(count, new KeyValuePair<string, object?>("stage", Name(stage)));

    public void Part(Stage stage) => Parts(stage, 1);

    public void Parts(Stage stage, long count) => parts.Add(count, new KeyValuePair<string, object?>("stage", Name(stage)));

    public void Trained(double newestLoss, double imagesPerSecond)
    {
        loss.Record(newestLoss);
        imageRate.Record(imagesPerSecond);
    }

    public void Slice(TimeSpan duration) => slice.Record(duration.TotalSeconds);

    public void Waited(string message, TimeSpan time) => waited.Record(Math.Max(0, time.TotalSeconds), new KeyValuePair<string, object?>("message", message));

    public void Handled(string message, TimeSpan time) => handled.Record(time.TotalSeconds, new KeyValuePair<string, object?>("message", message));

    public void Failed(string message) => failed.Add(1, new KeyValuePair<string, object?>("message", message));

    public void GivenBack(string message) => givenBack.Add(1, new KeyValuePair<string, object?>("message", message));

    public void Dispose() => meter.Dispose();

    private static string Name(Stage stage) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(stage.ToString());
}
