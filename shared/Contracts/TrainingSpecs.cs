using System.Text.Json.Serialization;

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
    int Cutout = 0,
    [property: Key("Smallest share of the image's area that a square crop keeps, uniform up to all of it.", Default = "no crop")]
    [property: Number(0.05, 1)]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    double? Crop = null)
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

    [Key(DecayedParameters.Meaning, Default = "`all`"), OneOf(DecayedParameters.All, DecayedParameters.Matrices)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Decay { get; init; }

    [Key(
        "Batches whose mean gradient makes one optimizer step. Steps and schedule count optimizer steps. Each batch is on its own: batch "
        + "norm takes its statistics from it, and `contrastive` its negatives.", Default = "1")]
    [Whole(1, 1000)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Accumulate { get; init; }

    [Key("Largest norm of all gradients together: a longer gradient is scaled down to it.", Default = "no limit")]
    [Number(0, 1_000_000, AboveLow = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Clip { get; init; }

    [Key(
        "Decay of a moving average of the weights, such as 0.999 (arXiv:1803.05407). The averaged encoder is what is measured and kept. "
        + "In the first steps the decay is lower: (1 + step) / (10 + step). Batch norm's running statistics are averaged alike.",
        Default = "no average")]
    [Number(0, 1, AboveLow = true, BelowHigh = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Averaging { get; init; }

    [Key(For = Modalities.Image, Elsewhere = AugmentationSpec.Elsewhere)]
    public AugmentationSpec Augmentation { get; init; } = new(Scale: 1.43, Shift: 3, Gain: 1.3, Cutout: 10);

    [Key(
        "Side that views are shown in, in pixels: smaller ones train faster.", For = Modalities.Image, Elsewhere = "{0} no views",
        Default = "`input.size`")]
    [Whole(8, 512)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ViewSize { get; init; }

    [Key(
        "How the features of positions become one vector for the heads of pretraining: `mean`, or `grid-2`, `grid-3`, `grid-4`, the means "
        + "of so many parts squared.", For = Modalities.Image, Elsewhere = "{0} no views", Default = "`mean`")]
    [OneOf("mean", "grid-2", "grid-3", "grid-4")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Readout { get; init; }

    /// <summary>Null: the defaults.</summary>
    [Key(For = Modalities.Image, Elsewhere = "{0} no views"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContrastiveSpec? Contrastive { get; init; }

    /// <summary>Where there are several, the first.</summary>
    [Key("Seeds weights, order and augmentation."), Whole(0, ulong.MaxValue)]
    public ulong Seed { get; init; } = 1;

    [Key(
        "Instead of `seed`, several: an encoder is pretrained with each, and the intervals of the verdict cover what differs between "
        + "encoders ([intervals](report.md#how-the-intervals-are-made)). Use three or more: two tell little about others.")]
    [Whole(0, ulong.MaxValue, Most = 16)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ulong>? Seeds { get; init; }

    /// <summary>One for each encoder.</summary>
    [JsonIgnore]
    public IReadOnlyList<ulong> AllSeeds => Seeds ?? [Seed];

    /// <summary>What one encoder is pretrained by, as if it were the only one.</summary>
    /// <param name="seed">Null: the only one, or the first.</param>
    public PretrainingSpec Of(ulong? seed) => this with { Seed = seed ?? AllSeeds[0], Seeds = null };

    /// <summary>Where the encoder of a seed stands in lists of encoders.</summary>
    /// <param name="seed">Null: the only one, or the first.</param>
    public int PlaceOf(ulong? seed) => seed is { } known ? AllSeeds.ToList().IndexOf(known) : 0;

    /// <summary>Optimizer steps of a run. An epoch has whole batches only; the last step has fewer where <see cref="Accumulate"/> does not
    /// divide their number.</summary>
    /// <param name="samples">That are trained on.</param>
    public long Steps(long samples)
    {
        var batches = samples == 0 ? 0 : samples / Math.Min(Batch, samples) * Epochs;
        var inStep = Accumulate ?? 1;
        return (batches + inStep - 1) / inStep;
    }
}

/// <summary>What weight decay applies to.</summary>
public static class DecayedParameters
{
    public const string All = "all";
    public const string Matrices = "matrices";

    internal const string Meaning =
        "What weight decay applies to: `all` parameters, or `matrices`, without biases and the weights of norms, as is usual for "
        + "transformers.";
}

public static class Schedules
{
    public const string OneCycle = "one-cycle";
    public const string Cosine = "cosine";

    public static IReadOnlyList<string> All { get; } = [OneCycle, Cosine];
}

/// <summary>What the head of a tuned network can start from.</summary>
public static class HeadStarts
{
    public const string Logistic = "logistic";
    public const string Random = "random";
}

/// <summary>What batch norm of a tuned network can go by.</summary>
public static class BatchNormStatistics
{
    public const string Kept = "kept";
    public const string Updated = "updated";
}

/// <summary>Of pretext <c>contrastive</c> (Chen et al. 2020, arXiv:2002.05709): its loss, its projector and its views.</summary>
public sealed record ContrastiveSpec(
    [property: Key("Divides similarities before the softmax.")]
    [property: Number(0, 10, AboveLow = true)]
    double Temperature = 0.2,
    [property: Key("Numbers in the hidden layer of the projector.")]
    [property: Whole(1, 65536)]
    int Hidden = 512,
    [property: Key("Numbers of the vectors that are compared.")]
    [property: Whole(1, 65536)]
    int Projection = 128,
    [property: Key("Smallest share of the image's area that a view shows, uniform up to all of it.")]
    [property: Number(0.05, 1)]
    double Crop = 0.3,
    [property: Key("Whether half of the views are mirrored.")]
    [property: OneOf("false", "true")]
    bool Mirror = true,
    [property: Key("Largest turn of a view, in degrees.")]
    [property: Number(0, 180)]
    double Turn = 8,
    [property: Key("Brightness, contrast, saturation and gamma between 1 / (1 + colour) and 1 + colour, log-uniform.")]
    [property: Number(0, 3)]
    double Colour = 0.4,
    [property: Key("Largest half side of the erased square, over half the side of the image; 0 is off.")]
    [property: Number(0, 1)]
    double Erase = 0.3);

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

    [Key(
        "How the features of positions become one vector, or several ways, of which validation chooses one for all networks at a label "
        + "count. `mean` over positions; `grid-2`, `grid-3`, `grid-4`: the means of so many parts squared; `last-1` to `last-4`: the means "
        + "of the last levels; `class`: the class token of `vit`. Of sequences: `mean`; `first`, the first token; `ends`, the first and "
        + "the "
        + "last; `attention`, a learned weighted mean, which is the mean as long as it is not tuned. Tagging has none.")]
    [OneOf("mean", "grid-2", "grid-3", "grid-4", "last-1", "last-2", "last-3", "last-4", "class", For = Modalities.Image)]
    [OneOf("mean", "first", "ends", "attention", For = Modalities.Sequences)]
    public IReadOnlyList<string> Readout { get; init; } = ["mean"];

    [Key(
        "What the head of a tuned network starts from: `logistic`, logistic regression on the features as they are (arXiv:2202.10054), or "
        + "`random` weights.")]
    [OneOf("logistic", "random")]
    public string Head { get; init; } = HeadStarts.Random;

    [Key("Whether batch norm of a tuned network keeps its running statistics, `kept`, or takes those of each batch, `updated`.",
        For = Modalities.Image, Elsewhere = "{0} no batch norm")]
    [OneOf("kept", "updated")]
    public string BatchNorm { get; init; } = BatchNormStatistics.Updated;

    [Key("Penalties that `frozen`, `frozen-random` and the start of a logistic head choose from, on validation, in each trial: weights of "
        + "half the sum of the squared coefficients.")]
    [Number(0, 1000, AboveLow = true)]
    public IReadOnlyList<double> ProbePenalties { get; init; } = [1e-3, 1e-2, 1e-1, 1];

    [Key("Grid for `propagation`: what a sample takes from its neighbours in each step, the rest from its own label.")]
    [Number(0, 1, AboveLow = true, BelowHigh = true)]
    public IReadOnlyList<double> PropagationShares { get; init; } = [0.9, 0.95];

    [Key(
        "Arms to compare beside `pretrained`, `scratch`, `frozen` and `frozen-random`, which always are. `baseline`: no network, "
        + "multinomial logistic regression on the pixels, or on what is counted in sequences "
        + "([decision 16](decisions/0016-the-baseline-counts-in-sequences.md)); tagging has none. `lora`: low-rank adapters "
        + "(arXiv:2106.09685) on a pretrained encoder that stays as it is, batch norm's running statistics excepted. `layer-decay`: as "
        + "`pretrained`, each layer tuned slower than the one above it (arXiv:1801.06146). `propagation`, `propagation-random`: labels "
        + "spread over the unlabelled training samples by the features of the pretrained or the random encoder (arXiv:1904.04717). "
        + "`baseline-propagation`: the same without a network. `nearest-neighbour`, `class-means`: the class of the nearest labelled "
        + "sample, or of the nearest mean of a class. "
        + "`frozen-fused`, `propagation-fused`: as `frozen` and `propagation`, by the pretrained encoder and a description without a "
        + "network side by side. "
        + "`student`: as `pretrained`, tuned by what propagation says of all training samples (arXiv:2006.10029), with twice the steps of "
        + "five times the samples; `student-scratch`: the same from random weights, by labels that were spread without the encoder.")]
    [OneOf(
        "baseline", "lora", "layer-decay", "propagation", "propagation-random", "baseline-propagation", "nearest-neighbour", "class-means",
        "frozen-fused", "propagation-fused", "student", "student-scratch")]
    public IReadOnlyList<Arm> Arms { get; init; } = [Arm.Baseline];

    [Key("Grid for `baseline`: weights of the penalty on half the sum of its squared coefficients."), Number(0, 1000, AboveLow = true)]
    public IReadOnlyList<double> BaselinePenalties { get; init; } = [1e-3, 1e-2, 1e-1];

    [Key("Rank of the adapters of `lora`; a matrix that they would not make smaller has none."), Whole(1, 1024)]
    public int LoraRank { get; init; } = 8;

    [Key("Of `layer-decay`: the learning rate of a layer over that of the layer above it."), Number(0, 1, AboveLow = true)]
    public double LayerDecay { get; init; } = 0.75;

    [Key("Optimizer steps of a trial, the same for every arm that has an optimizer; twice as many for `student` and its control.")]
    [Whole(1, 1_000_000)]
    public int Steps { get; init; } = 100;

    [Key("Samples in a step."), Whole(1, 65536)]
    public int Batch { get; init; } = 32;

    [Key("Decoupled weight decay of AdamW."), Number(0, 1)]
    public double WeightDecay { get; init; } = 0.01;

    [Key(DecayedParameters.Meaning, Default = "`all`"), OneOf(DecayedParameters.All, DecayedParameters.Matrices)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Decay { get; init; }

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
