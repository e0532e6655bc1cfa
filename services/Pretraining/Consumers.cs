using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Runs;
using Pipeline.Hosting.Telemetry;

namespace Pipeline.Pretraining;

/// <summary>Pseudo-labels in; the first training slice out, or the encoder if it is there already.</summary>
public sealed class PseudoLabelsReadyConsumer(SliceTrainer trainer, StageEvents events) : IConsumer<PseudoLabelsReady>
{
    public async Task Consume(ConsumeContext<PseudoLabelsReady> context)
    {
        var (run, pseudoLabels) = (context.Message.Run, context.Message.PseudoLabels);
        if (await trainer.FindEncoderAsync(run, pseudoLabels, context.CancellationToken) is { } encoder)
        {
            await events.PublishAsync(context, Stage.Pretraining, new EncoderReady(run, encoder));
            return;
        }

        await context.PublishInTimeAsync(new TrainSlice(run, pseudoLabels, Slice: 0, Step: 0));
    }
}

/// <summary>One slice in; the next slice or the finished encoder out.</summary>
public sealed partial class TrainSliceConsumer(
    SliceTrainer trainer, StageEvents events, IBus bus, RunStop stop, PipelineMetrics metrics, ILogger<TrainSliceConsumer> log)
    : IConsumer<TrainSlice>
{
    public async Task Consume(ConsumeContext<TrainSlice> context)
    {
        var slice = context.Message;
        Training(slice.Slice, slice.Step);
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
        else
            await events.PublishAsync(context, Stage.Pretraining, new EncoderReady(slice.Run, encoder));
    }

    [LoggerMessage(LogLevel.Information, "Training slice {Slice} from step {Step}")]
    private partial void Training(int slice, long step);
}
