using Pipeline.Learning.Encoders;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>What is trained on at once, still on the host: arrays that any thread may assemble.</summary>
public interface IPretextBatch
{
    /// <summary>Views of images, or tokens of sequences.</summary>
    long Views { get; }
}

/// <summary>A network in pretraining: the encoder, which is kept, and heads, projectors or teachers, which are thrown away. All of its
/// parameters and buffers are part of a checkpoint, so whatever the next step depends on must be one.</summary>
public abstract class PretextModel(string name) : nn.Module(name)
{
    public abstract Encoder Encoder { get; }

    /// <summary>Names of what <see cref="Answer"/> counts.</summary>
    public abstract IReadOnlyList<string> Tasks { get; }

    /// <param name="number">Of the batch in the run: seeds what the loss draws.</param>
    /// <returns>A scalar, in nats where the loss is a cross-entropy.</returns>
    public abstract Tensor Loss(IPretextBatch batch, long number);

    /// <summary>Called after each optimizer step: for teachers, queues and prototypes.</summary>
    public virtual void AfterStep(long stepsDone, long steps)
    {
    }

    /// <param name="right">By task; correct answers are added.</param>
    /// <param name="asked">By task; questions are added.</param>
    /// <returns>Features of what the batch shows, shape [N, D].</returns>
    public abstract Tensor Answer(IPretextBatch batch, double[] right, long[] asked);
}

/// <inheritdoc cref="PretextModel"/>
public abstract class PretextModel<TBatch>(string name) : PretextModel(name)
    where TBatch : IPretextBatch
{
    public sealed override Tensor Loss(IPretextBatch batch, long number) => Loss((TBatch)batch, number);

    public sealed override Tensor Answer(IPretextBatch batch, double[] right, long[] asked) => Answer((TBatch)batch, right, asked);

    /// <inheritdoc cref="PretextModel.Loss"/>
    protected abstract Tensor Loss(TBatch batch, long number);

    /// <inheritdoc cref="PretextModel.Answer"/>
    protected abstract Tensor Answer(TBatch batch, double[] right, long[] asked);
}

/// <summary>The batches of one split: functions of seed and step alone, whoever asks and in whatever order. No torch in here.</summary>
/// <param name="count">Samples that can be trained or measured on.</param>
public abstract class PretextBatches(int count, PretrainingSpec spec) : IDisposable
{
    private (long Epoch, int[][] Batches) _order = (-1, []);

    public int Count { get; } = count;

    /// <summary>Samples in a batch: fewer than the experiment's where there are not that many.</summary>
    public int BatchSize { get; } = Math.Min(spec.Batch, count);

    /// <summary>Whole batches only; the few samples left over differ from epoch to epoch.</summary>
    public long BatchesPerEpoch => BatchSize == 0 ? 0 : Count / BatchSize;

    /// <summary>Optimizer steps of the whole run.</summary>
    public long Steps => spec.Steps(Count);

    protected PretrainingSpec Spec => spec;

    /// <summary>The batches that make one optimizer step.</summary>
    public IPretextBatch[] OfStep(long step)
    {
        var (inStep, all) = (spec.Accumulate ?? 1, BatchesPerEpoch * spec.Epochs);
        return [.. Enumerable.Range(0, (int)Math.Min(inStep, all - (step * inStep))).Select(i => Training((step * inStep) + i))];
    }

    /// <summary>A batch to train on, by its number in the run.</summary>
    public IPretextBatch Training(long number)
    {
        var epoch = number / BatchesPerEpoch;
        if (_order.Epoch != epoch)
            _order = (epoch, Order(epoch));

        return Assemble(number, _order.Batches[(int)(number % BatchesPerEpoch)], epoch);
    }

    /// <summary>Samples in their own order and the same whenever asked for, for measuring.</summary>
    public IPretextBatch Plain(int first, int count) =>
        Assemble(0, [.. Enumerable.Range(first, Math.Min(count, Count - first))], epoch: null);

    public abstract void Dispose();

    /// <returns>The batches of an epoch, each a list of places below <see cref="Count"/>.</returns>
    protected virtual int[][] Order(long epoch) =>
        [.. new CounterRandom(spec.Seed, "order", epoch).Permutation(Count).Take((int)(BatchesPerEpoch * BatchSize)).Chunk(BatchSize)];

    /// <param name="places">Of the samples, below <see cref="Count"/>.</param>
    /// <param name="epoch">Null for measuring: nothing is drawn then.</param>
    protected abstract IPretextBatch Assemble(long number, int[] places, long? epoch);
}
