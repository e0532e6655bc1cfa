using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;

namespace Pipeline.Learning.Training;

/// <summary>
/// One run's pretraining, whatever its samples and tasks are: data mapped, network and optimizer in memory. Everything but <see
/// cref="Assemble"/>, which may run ahead on any thread, touches torch.
/// </summary>
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
