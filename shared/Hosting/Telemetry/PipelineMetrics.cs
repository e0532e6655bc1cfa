using System.Diagnostics.Metrics;

namespace Pipeline.Hosting.Telemetry;

/// <summary>What the services count and measure, under the meter <c>Pipeline</c>; the store has its own,
/// <c>Pipeline.Artifacts</c>.</summary>
public sealed class PipelineMetrics : IDisposable
{
    public const string MeterName = "Pipeline";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _images;
    private readonly Counter<long> _parts;
    private readonly Gauge<double> _loss;
    private readonly Gauge<double> _imageRate;
    private readonly Histogram<double> _slice;
    private readonly Histogram<double> _waited;
    private readonly Histogram<double> _handled;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _givenBack;

    public PipelineMetrics()
    {
        _images = _meter.CreateCounter<long>("pipeline.images", "{image}", "Images decoded, and views trained on");
        _parts = _meter.CreateCounter<long>("pipeline.parts", "{part}", "Chunks, shards, slices, trials and predictions done");
        _loss = _meter.CreateGauge<double>("pipeline.loss", "nat", "Pretraining's loss at the newest point of its curve");
        _imageRate = _meter.CreateGauge<double>("pipeline.image.rate", "{image}/s", "Views a second that pretraining sees");
        _slice = _meter.CreateHistogram<double>("pipeline.slice.duration", "s", "Training slices, with their checkpoints");
        _waited = _meter.CreateHistogram<double>("pipeline.message.wait", "s", "From sending a message to handling it");
        _handled = _meter.CreateHistogram<double>("pipeline.message.duration", "s", "Handling a message, with retries");
        _failed = _meter.CreateCounter<long>("pipeline.messages.failed", "{message}", "Messages that went to an error queue");
        _givenBack = _meter.CreateCounter<long>("pipeline.messages.given_back", "{message}",
            "Messages that went back to their queue after passing faults");
    }

    public void Images(Stage stage, long count) => _images.Add(count, new KeyValuePair<string, object?>("stage", Name(stage)));

    public void Part(Stage stage) => Parts(stage, 1);

    public void Parts(Stage stage, long count) => _parts.Add(count, new KeyValuePair<string, object?>("stage", Name(stage)));

    public void Trained(double newestLoss, double imagesPerSecond)
    {
        _loss.Record(newestLoss);
        _imageRate.Record(imagesPerSecond);
    }

    public void Slice(TimeSpan duration) => _slice.Record(duration.TotalSeconds);

    public void Waited(string message, TimeSpan time) =>
        _waited.Record(Math.Max(0, time.TotalSeconds), new KeyValuePair<string, object?>("message", message));

    public void Handled(string message, TimeSpan time) =>
        _handled.Record(time.TotalSeconds, new KeyValuePair<string, object?>("message", message));

    public void Failed(string message) => _failed.Add(1, new KeyValuePair<string, object?>("message", message));

    public void GivenBack(string message) => _givenBack.Add(1, new KeyValuePair<string, object?>("message", message));

    public void Dispose() => _meter.Dispose();

    private static string Name(Stage stage) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(stage.ToString());
}
