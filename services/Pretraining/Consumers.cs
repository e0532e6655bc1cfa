using MassTransit;
using Microsoft.Extensions.Hosting;
using Pipeline.Contracts;
using Pipeline.Hosting.Runs;

namespace Pipeline.Pretraining;

/// <summary>Pseudo-labels in; the first training slice out, or the encoder if it is there already.</summary>
public sealed class PseudoLabelsReadyConsumer(SliceTrainer trainer, RunLedger ledger) : IConsumer<PseudoLabelsReady>
{
    public async Task Consume(ConsumeContext<PseudoLabelsReady> context)
    {
        var (run, pseudoLabels) = context.Message;
        if (await trainer.FindEncoderAsync(run, pseudoLabels, context.CancellationToken) is { } encoder)
        {
            await EncoderReadyPublisher.PublishAsync(context, ledger, new EncoderReady(run, pseudoLabels, encoder));
            return;
        }

        await context.Publish(new TrainSlice(run, pseudoLabels, Slice: 0, Step: 0));
    }
}

/// <summary>One slice in; the next slice or the finished encoder out.</summary>
public sealed class TrainSliceConsumer(SliceTrainer trainer, RunLedger ledger, IBus bus, IHostApplicationLifetime lifetime) : IConsumer<TrainSlice>
{
    public async Task Consume(ConsumeContext<TrainSlice> context)
    {
        var slice = context.Message;
        var (encoder, step) = await trainer.TrainAsync(
            slice,
            progress => bus.Publish(progress, CancellationToken.None).GetAwaiter().GetResult(),
            lifetime.ApplicationStopping);
        if (encoder is null)
        {
            await context.Publish(slice with { Slice = slice.Slice + 1, Step = step });
        }
        else
        {
            await EncoderReadyPublisher.PublishAsync(context, ledger, new EncoderReady(slice.Run, slice.PseudoLabels, encoder));
        }
    }
}

internal static class EncoderReadyPublisher
{
    public static async Task PublishAsync(ConsumeContext context, RunLedger ledger, EncoderReady ready)
    {
        await ledger.RecordAsync(Stage.Pretraining, ready, context.CancellationToken);
        await context.Publish(ready);
    }
}
