using Pipeline.Artifacts.Safetensors;

namespace Pipeline.Learning.Training;

/// <summary>One run's pretraining, whatever its samples and tasks are: data mapped, network and optimizer in memory. Everything but
/// <see cref="Assemble"/>, which may run ahead on any thread, touches torch.</summary>
public interface IPretrainingWork : IDisposable
{
    /// <summary>Optimizer steps done.</summary>
    long StepsDone { get; }

    /// <summary>Optimizer steps of the whole run.</summary>
    long Steps { get; }

    /// <summary>That of the next step.</summary>
    double LearningRate { get; }

    /// <summary>Held-out samples that can be measured on.</summary>
    int HeldOut { get; }

    /// <summary>Makes a step ready: a function of seed and number alone.</summary>
    TrainingStep Assemble(long number);

    /// <summary>Accuracy by task and feature statistics over the first held-out samples.</summary>
    /// <param name="samples">At most <see cref="HeldOut"/>.</param>
    HeldOutMeasure Measure(int samples);

    /// <summary>Everything that the next step depends on.</summary>
    IReadOnlyList<SafetensorsTensor> Save();

    void Load(SafetensorsFile checkpoint);

    /// <summary>The encoder alone: what pretraining leaves.</summary>
    IReadOnlyList<SafetensorsTensor> SaveEncoder();
}

/// <summary>An optimizer step that is ready to be done.</summary>
/// <param name="Views">What it trains on: views of images, or tokens of sequences.</param>
/// <param name="Train">Does it. Returns the loss before it in nats, summed over tasks.</param>
public sealed record TrainingStep(long Step, long Views, Func<double> Train);

/// <summary>What one step trains on, still on the host.</summary>
internal interface IPretextBatch
{
    /// <summary>Views of images, or tokens of sequences.</summary>
    long Views { get; }
}

/// <summary>Batches of one split: functions of seed and step alone, whoever asks and in whatever order.</summary>
internal interface IPretextBatches<TBatch> : IDisposable
{
    /// <summary>Samples of the split that can be trained or measured on.</summary>
    int Count { get; }

    /// <summary>Of the whole run.</summary>
    long Steps { get; }

    /// <summary>The batch of a training step.</summary>
    TBatch Training(long step);

    /// <summary>Samples in their own order and the same whenever asked for, for measuring.</summary>
    TBatch Plain(int first, int count);
}

/// <summary>Pretraining from a trainer and the batches of two splits, all of which it disposes.</summary>
internal sealed class PretrainingWork<TNetwork, TBatch>(
    PretextTrainer<TNetwork, TBatch> trainer, IPretextBatches<TBatch> training, IPretextBatches<TBatch> heldOut) : IPretrainingWork
    where TNetwork : PretextNetwork
    where TBatch : IPretextBatch
{
    private const int MeasuredAtOnce = 64;

    public long StepsDone => trainer.Step;

    public long Steps => training.Steps;

    public double LearningRate => trainer.LearningRate;

    public int HeldOut => heldOut.Count;

    public TrainingStep Assemble(long number)
    {
        var batch = training.Training(number);
        return new TrainingStep(number, batch.Views, () => trainer.Train(batch));
    }

    public HeldOutMeasure Measure(int samples) =>
        trainer.Measure(Enumerable.Range(0, samples).Chunk(MeasuredAtOnce).Select(chunk => heldOut.Plain(chunk[0], chunk.Length)));

    public IReadOnlyList<SafetensorsTensor> Save() => trainer.Save();

    public void Load(SafetensorsFile checkpoint) => trainer.Load(checkpoint);

    public IReadOnlyList<SafetensorsTensor> SaveEncoder() => trainer.SaveEncoder();

    public void Dispose()
    {
        trainer.Dispose();
        training.Dispose();
        heldOut.Dispose();
    }
}
