using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tasks;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>An arm: how a trial of it is trained, and how the model that it leaves answers.</summary>
public interface ITrialArm
{
    Arm Arm { get; }

    /// <summary>Whether it uses the pretrained encoder.</summary>
    bool Pretrained { get; }

    /// <summary>What vectors it can go by: readouts of a network, of which validation chooses one for all arms with a network; or
    /// descriptions without one.</summary>
    IReadOnlyList<string?> Readouts(Experiment experiment) =>
        TaskList.Named(experiment.FineTuning.Task).PerSample ? [.. experiment.FineTuning.Readout] : [null];

    /// <param name="modality">One of <see cref="Modalities"/>.</param>
    bool Suits(ITask task, string modality) => true;

    /// <summary>The space in which its trials read vectors of the training split, which are made beforehand; null where they read
    /// none.</summary>
    /// <param name="readout">One of <see cref="Readouts"/>.</param>
    SpaceOf? Table(FineTuningSpec spec, string? readout) => null;

    /// <summary>What its trials are tried with, the best on validation being chosen over all draws: learning rates, or for
    /// <c>propagation</c> what is taken from neighbours. 0 where a trial chooses by itself.</summary>
    IReadOnlyList<double> Grid(FineTuningSpec spec);

    /// <summary>What its models depend on beside samples, classes, trial and seed. Part of their content key.</summary>
    object Inputs(Experiment experiment, EncoderManifest encoder);

    /// <exception cref="PipelineException">The loss is not finite.</exception>
    Task<TrainedModel> TrainAsync(TuningSession session, Trial trial, CancellationToken cancellation);

    /// <param name="model">What <see cref="TrainAsync"/> left.</param>
    /// <returns>The most probable class for each label of the held-out samples.</returns>
    Task<int[]> PredictAsync(TuningSession session, Trial trial, SafetensorsFile model, CancellationToken cancellation);
}

/// <param name="HeldOut">Answers on the held-out samples: the most probable class for each of their labels.</param>
/// <param name="Loss">By step; empty where nothing is minimised.</param>
/// <param name="Parameters">Numbers that were trained.</param>
/// <param name="Reach">Of labels that were spread; null where none were.</param>
public sealed record TrainedModel(
    IReadOnlyList<SafetensorsTensor> Tensors, int[] HeldOut, IReadOnlyList<double> Loss, long Parameters, LabelReach? Reach = null);

/// <summary>The list of arms. A new one is one class and one line here.</summary>
public static class TrialArms
{
    public static IReadOnlyList<ITrialArm> All { get; } =
    [
        new TunedArm(Arm.Pretrained, pretrained: true),
        new TunedArm(Arm.Scratch, pretrained: false),
        new ProbeArm(Arm.Frozen, SpaceOf.Pretrained),
        new ProbeArm(Arm.FrozenRandom, SpaceOf.Random),
        new BaselineArm(),
        new LoraArm(),
        new LayerDecayArm(),
        new PropagationArm(Arm.Propagation, SpaceOf.Pretrained),
        new PropagationArm(Arm.PropagationRandom, SpaceOf.Random),
        new PropagationArm(Arm.BaselinePropagation, SpaceOf.Described),
        new ProbeArm(Arm.FrozenFused, SpaceOf.Fused),
        new PropagationArm(Arm.PropagationFused, SpaceOf.Fused),
        new NearestArm(Arm.NearestNeighbour, means: false),
        new NearestArm(Arm.ClassMeans, means: true),
        new StudentArm(Arm.Student, pretrained: true),
        new StudentArm(Arm.StudentScratch, pretrained: false),
    ];

    public static ITrialArm Of(Arm arm) => All.Single(candidate => candidate.Arm == arm);
}
