using Pipeline.Artifacts.Safetensors;

namespace Pipeline.Learning.Training;

/// <summary>One run's pretraining, whatever its pretext is: data mapped, model and optimizer in memory. Everything but
/// <see cref="Assemble"/>, which may run ahead on any thread, touches torch.</summary>
/// <param name="trainer">Disposed with this, as are the batches of both splits.</param>
public sealed class PretrainingWork(Trainer trainer, PretextBatches training, PretextBatches heldOut) : IDisposable
{
    private const int MeasuredAtOnce = 64;

    /// <summary>Optimizer steps done.</summary>
    public long StepsDone => trainer.Step;

    /// <summary>Optimizer steps of the whole run.</summary>
    public long Steps => training.Steps;

    /// <summary>That of the next step.</summary>
    public double LearningRate => trainer.LearningRate;

    /// <summary>Held-out samples that can be measured on.</summary>
    public int HeldOut => heldOut.Count;

    /// <summary>Makes a step ready: a function of seed and number alone.</summary>
    public TrainingStep Assemble(long number)
    {
        var batches = training.OfStep(number);
        return new TrainingStep(number, batches.Sum(batch => batch.Views), () => trainer.Train(batches));
    }

    /// <summary>Accuracy by task and feature statistics over the first held-out samples.</summary>
    /// <param name="samples">At most <see cref="HeldOut"/>.</param>
    public HeldOutMeasure Measure(int samples) =>
        trainer.Measure(Enumerable.Range(0, samples).Chunk(MeasuredAtOnce).Select(chunk => heldOut.Plain(chunk[0], chunk.Length)));

    /// <summary>Everything that the next step depends on.</summary>
    public IReadOnlyList<SafetensorsTensor> Save() => trainer.Save();

    public void Load(SafetensorsFile checkpoint) => trainer.Load(checkpoint);

    /// <summary>The encoder alone: what pretraining leaves.</summary>
    public IReadOnlyList<SafetensorsTensor> SaveEncoder() => trainer.SaveEncoder();

    public void Dispose()
    {
        trainer.Dispose();
        training.Dispose();
        heldOut.Dispose();
    }
}

/// <summary>An optimizer step that is ready to be done.</summary>
/// <param name="Views">What it trains on: views of images, or tokens of sequences.</param>
/// <param name="Train">Does it. Returns the loss before it in nats, summed over tasks.</param>
public sealed record TrainingStep(long Step, long Views, Func<double> Train);
