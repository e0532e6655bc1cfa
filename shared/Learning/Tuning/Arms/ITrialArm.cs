using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Native;

namespace Pipeline.Learning.Tuning.Arms;

/// <summary>An arm: how a trial of it is trained, and how the model that it leaves answers.</summary>
public interface ITrialArm
{
    Arm Arm { get; }

    /// <summary>Whether it starts from the pretrained encoder.</summary>
    bool Pretrained { get; }

    /// <param name="task">One of <see cref="LabelTasks"/>.</param>
    bool Suits(string task);

    /// <summary>What its trials are tried with: learning rates, or the weights of a penalty.</summary>
    IReadOnlyList<double> Grid(FineTuningSpec spec);

    /// <summary>What its models depend on beside samples, classes, trial and seed. Part of their content key.</summary>
    object Inputs(Experiment experiment, EncoderManifest encoder);

    /// <exception cref="PipelineException">The loss is not finite.</exception>
    TrainedModel Train(TrialSetting setting, TrialData data, CancellationToken cancellation);

    /// <param name="model">What <see cref="Train"/> left.</param>
    /// <returns>The most probable class for each of the truth's labels.</returns>
    int[] Predict(TrialSetting setting, SafetensorsFile model, LabelledSamples samples);
}

/// <summary>What a trial works with.</summary>
/// <param name="Tokenizer">Null for images.</param>
/// <param name="Weights">File of the pretrained encoder; null is enough for arms that do not start from it.</param>
public sealed record TrialSetting(Experiment Experiment, TokenizerReference? Tokenizer, Trial Trial, string? Weights, TorchDevice Device);

/// <param name="Validation">Answers on the validation split: the most probable class for each of its labels.</param>
/// <param name="Loss">By step.</param>
/// <param name="Parameters">Numbers that were tuned.</param>
public sealed record TrainedModel(IReadOnlyList<SafetensorsTensor> Tensors, int[] Validation, IReadOnlyList<double> Loss, long Parameters);

/// <summary>The list of arms. A new one is one class and one line here.</summary>
public static class TrialArms
{
    public static IReadOnlyList<ITrialArm> All { get; } =
    [
        new TunedArm(Arm.Pretrained, pretrained: true),
        new TunedArm(Arm.Scratch, pretrained: false),
        new ProbeArm(Arm.Frozen, pretrained: true),
        new ProbeArm(Arm.FrozenRandom, pretrained: false),
        new BaselineArm(),
        new LoraArm(),
        new LayerDecayArm(),
    ];

    public static ITrialArm Of(Arm arm) => All.Single(candidate => candidate.Arm == arm);
}
