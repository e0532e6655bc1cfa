using System.Diagnostics.Metrics;

namespace Pipeline.Hosting.Telemetry;

/// <summary>What the services count and measure, under the meter <c>Pipeline</c>; the store has its own,
/// <c>Pipeline.Artifacts</c>.</summary>
public sealed class PipelineMetrics
{
    public const string MeterName = "Pipeline";

    private static readonly Meter Meter = new(MeterName);

    private readonly Counter<long> _images =
        Meter.CreateCounter<long>("pipeline.images", "{image}", "Images decoded, and views trained on");
    private readonly Counter<long> _parts =
        Meter.CreateCounter<long>("pipeline.parts", "{part}", "Chunks, shards, slices, trials and predictions done");
    private readonly Gauge<double> _loss =
        Meter.CreateGauge<double>("pipeline.loss", "nat", "Pretraining's loss at the newest point of its curve");
    private readonly Gauge<double> _imageRate =
        Meter.CreateGauge<double>("pipeline.image.rate", "{image}/s", "Views a second that pretraining sees");
    private readonly Histogram<double> _slice =
        Meter.CreateHistogram<double>("pipeline.slice.duration", "s", "Training slices, with their checkpoints");
    private readonly Histogram<double> _waited =
        Meter.CreateHistogram<double>("pipeline.message.wait", "s", "From sending a message to handling it");
    private readonly Histogram<double> _handled =
        Meter.CreateHistogram<double>("pipeline.message.duration", "s", "Handling a message, with retries");
    private readonly Counter<long> _failed =
        Meter.CreateCounter<long>("pipeline.messages.failed", "{message}", "Messages that went to an error queue");
    private readonly Counter<long> _givenBack =
        Meter.CreateCounter<long>(
            "pipeline.messages.given_back", "{message}", "Messages that went back to their queue after passing faults");

    public void Images(Stage stage, long count) => _images.Add(count, Of(stage));

    public void Part(Stage stage) => Parts(stage, 1);

    public void Parts(Stage stage, long count) => _parts.Add(count, Of(stage));

    public void Trained(double newestLoss, double imagesPerSecond)
    {
        _loss.Record(newestLoss);
        _imageRate.Record(imagesPerSecond);
    }

    public void Slice(TimeSpan duration) => _slice.Record(duration.TotalSeconds);

    public void Waited(string message, TimeSpan time) => _waited.Record(Math.Max(0, time.TotalSeconds), Of(message));

    public void Handled(string message, TimeSpan time) => _handled.Record(time.TotalSeconds, Of(message));

    public void Failed(string message) => _failed.Add(1, Of(message));

    public void GivenBack(string message) => _givenBack.Add(1, Of(message));

    private static KeyValuePair<string, object?> Of(Stage stage) => new("stage", stage.Name());

    private static KeyValuePair<string, object?> Of(string message) => new("message", message);
}
