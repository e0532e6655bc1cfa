using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Telemetry;

namespace Pipeline.Pretraining;

/// <summary>Pseudo-labels in; the first training slice of each encoder that is not there yet out, or the encoders if all are.</summary>
public sealed class PseudoLabelsReadyConsumer(RunEncoders encoders, StageEvents events) : IConsumer<PseudoLabelsReady>
{
    public async Task Consume(ConsumeContext<PseudoLabelsReady> context)
    {
        var found = await encoders.FindAsync(context.Message, context.CancellationToken);
        var missing = found.Where(encoder => encoder.Encoder is null).Select(encoder => encoder.First).ToList();
        if (missing.Count > 0)
        {
            await context.PublishInTimeAsync(missing.AsEnumerable());
            return;
        }

        await events.PublishAsync(
            context, Stage.Pretraining, EncoderReady.Of(context.Message.Run, [.. found.Select(encoder => encoder.Encoder!)]));
    }
}

/// <summary>One slice in; the next slice out, or, by whoever finishes the last encoder, word of them all.</summary>
public sealed partial class TrainSliceConsumer(
    SliceTrainer trainer, RunEncoders encoders, StageEvents events, IBus bus, RunStop stop, PipelineMetrics metrics,
    ILogger<TrainSliceConsumer> log)
    : IConsumer<TrainSlice>
{
    public async Task Consume(ConsumeContext<TrainSlice> context)
    {
        var slice = context.Message;
        Training(slice.Slice, slice.Step, slice.Seed);
        var clock = Stopwatch.GetTimestamp();
        await using var watch = stop.For(slice.Run.RunId);
        var (encoder, step, views) = await trainer.TrainAsync(
            slice,
            progress =>
            {
                metrics.Trained(progress.Point.Loss, progress.ImagesPerSecond);
                // Nobody waits for progress, least of all the training loop.
                _ = bus.Publish(progress, CancellationToken.None);
            },
            watch.Token);
        metrics.Images(Stage.Pretraining, views);
        metrics.Part(Stage.Pretraining);
        metrics.Slice(Stopwatch.GetElapsedTime(clock));
        if (encoder is null)
            await context.PublishInTimeAsync(slice with { Slice = slice.Slice + 1, Step = step });
        else if (await encoders.AllAsync(slice.Run, encoder, context.CancellationToken) is { } all)
            await events.PublishAsync(context, Stage.Pretraining, EncoderReady.Of(slice.Run, all));
    }

    [LoggerMessage(LogLevel.Information, "Training slice {Slice} from step {Step} of seed {Seed}")]
    private partial void Training(int slice, long step, ulong? seed);
}
