namespace Pipeline.Contracts;

/// <summary>Random changes to an image that leave the pseudo-label what it is: every one is drawn from a distribution that no turn or flip
/// changes, so that nothing in its artefacts tells the views apart.</summary>
public sealed record AugmentationSpec(
    [property: Key("Zoom between 1/scale and scale, log-uniform; 1 is off."), Number(1, 4)]
    double Scale = 1,
    [property: Key("Largest shift along each axis, in pixels; 0 is off."), Number(0, double.MaxValue, UpTo = "half of input.size")]
    double Shift = 0,
    [property: Key("Brightness between 1/gain and gain, log-uniform; 1 is off."), Number(1, 4)]
    double Gain = 1,
    [property: Key("Side of the square that is blanked, in pixels; 0 is off. Where nothing is said, at most half of `input.size`.")]
    [property: Whole(0, int.MaxValue, UpTo = "input.size")]
    int Cutout = 0)
{
    internal const string Elsewhere = "nothing changes {1} at random";
}

public sealed record PretrainingSpec
{
    [Key("Times that the training samples are seen, each in all views of its tasks."), Whole(1, 1000)]
    public int Epochs { get; init; } = 4;

    [Key("Samples in a step; the step sees this many times the number of views."), Whole(1, 65536)]
    public int Batch { get; init; } = 32;

    [Key("The highest learning rate of the schedule."), Number(0, 1, AboveLow = true)]
    public double LearningRate { get; init; } = 3e-3;

    [Key("How the learning rate runs: one-cycle (arXiv:1803.09820) or cosine (arXiv:1608.03983).")]
    [OneOf(Schedules.OneCycle, Schedules.Cosine)]
    public string Schedule { get; init; } = Schedules.OneCycle;

    [Key("Decoupled weight decay of AdamW (arXiv:1711.05101)."), Number(0, 1)]
    public double WeightDecay { get; init; } = 0.01;

    [Key(For = Modalities.Image, Elsewhere = AugmentationSpec.Elsewhere)]
    public AugmentationSpec Augmentation { get; init; } = new(Scale: 1.43, Shift: 3, Gain: 1.3, Cutout: 10);

    [Key("Seeds weights, order and augmentation."), Whole(0, ulong.MaxValue)]
    public ulong Seed { get; init; } = 1;
}

public static class Schedules
{
    public const string OneCycle = "one-cycle";
    public const string Cosine = "cosine";

    public static IReadOnlyList<string> All { get; } = [OneCycle, Cosine];
}

/// <summary>What a label can be of: a sample, or a place in a sequence.</summary>
public static class LabelTasks
{
    public const string Classification = "classification";
    public const string Tagging = "tagging";
}

public sealed record FineTuningSpec
{
    [Key("What a label is of: `classification`, of a sample; `tagging`, of a place in a sequence, for text, DNA and protein alone.")]
    [OneOf(LabelTasks.Classification, LabelTasks.Tagging)]
    public string Task { get; init; } = LabelTasks.Classification;

    [Key("Label counts to compare at."), Whole(1, 100_000_000)]
    public required IReadOnlyList<int> Labels { get; init; }

    [Key("Random choices of the labelled samples at each count."), Whole(1, 100)]
    public int Draws { get; init; } = 5;

    [Key("Grid for every arm that tunes the network; the best for each arm and count is chosen on validation.")]
    [Number(0, 1, AboveLow = true)]
    public IReadOnlyList<double> LearningRates { get; init; } = [1e-3, 3e-3, 1e-2];

    [Key("Grid for the linear probes `frozen` and `frozen-random`."), Number(0, 100, AboveLow = true)]
    public IReadOnlyList<double> ProbeLearningRates { get; init; } = [1e-2, 1e-1];

    [Key(
        "Arms to compare beside `pretrained`, `scratch`, `frozen` and `frozen-random`, which always are. `baseline`: no network, "
        + "multinomial logistic regression on the pixels, or on what is counted in sequences "
        + "([decision 16](decisions/0016-the-baseline-counts-in-sequences.md)); tagging has none. `lora`: low-rank adapters "
        + "(arXiv:2106.09685) on a pretrained encoder that stays as it is, batch norm's running statistics excepted. `layer-decay`: as "
        + "`pretrained`, each layer tuned slower than the one above it (arXiv:1801.06146).")]
    [OneOf("baseline", "lora", "layer-decay")]
    public IReadOnlyList<Arm> Arms { get; init; } = [Arm.Baseline];

    [Key("Grid for `baseline`: weights of the penalty on half the sum of its squared coefficients."), Number(0, 1000, AboveLow = true)]
    public IReadOnlyList<double> BaselinePenalties { get; init; } = [1e-3, 1e-2, 1e-1];

    [Key("Rank of the adapters of `lora`; a matrix that they would not make smaller has none."), Whole(1, 1024)]
    public int LoraRank { get; init; } = 8;

    [Key("Of `layer-decay`: the learning rate of a layer over that of the layer above it."), Number(0, 1, AboveLow = true)]
    public double LayerDecay { get; init; } = 0.75;

    [Key("Optimizer steps of a trial, the same for every arm that has an optimizer."), Whole(1, 1_000_000)]
    public int Steps { get; init; } = 100;

    [Key("Samples in a step."), Whole(1, 65536)]
    public int Batch { get; init; } = 32;

    [Key("Decoupled weight decay of AdamW."), Number(0, 1)]
    public double WeightDecay { get; init; } = 0.01;

    [Key(For = Modalities.Image, Elsewhere = AugmentationSpec.Elsewhere)]
    public AugmentationSpec Augmentation { get; init; } = new();

    [Key("Seeds draws, orders, heads and the random weights of `scratch`."), Whole(0, ulong.MaxValue)]
    public ulong Seed { get; init; } = 1;
}

public sealed record EvaluationSpec
{
    [Key("What trials are chosen and the verdict is reached by; `entity-f1` is of tagging alone.")]
    [OneOf("accuracy", "macro-f1", "balanced-accuracy", "entity-f1")]
    public string Metric { get; init; } = "accuracy";

    [Key("The least verdict at which the model is promoted: `no-evidence` is always, unless it hurts.")]
    [OneOf("helps", "no-evidence", "never")]
    public string Promote { get; init; } = "helps";

    [Key("Bootstrap resamples behind every interval."), Whole(100, 100_000)]
    public int Resamples { get; init; } = 2000;

    [Key("Seeds the bootstrap."), Whole(0, ulong.MaxValue)]
    public ulong Seed { get; init; } = 1;
}
