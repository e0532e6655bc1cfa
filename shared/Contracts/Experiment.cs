using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>What is to be found out: which data, which pretext task, which encoder, how trained, how judged. See docs/experiment.md.</summary>
[ArtifactKind(ArtifactKinds.Experiment, Formerly = "Experiment")]
public sealed record Experiment
{
    /// <summary>Letters, digits, '-' and '_'; at most 40.</summary>
    public required string Name { get; init; }

    /// <summary>What a sample is: one of <see cref="Modalities"/>.</summary>
    public string Modality { get; init; } = Modalities.Image;

    /// <summary>The dataset's name. Its labels are used by fine-tuning and evaluation only.</summary>
    public required string Data { get; init; }

    public InputSpec Input { get; init; } = new();

    /// <summary>Null for images.</summary>
    public TokenizerSpec? Tokenizer { get; init; }

    /// <summary>Null for images.</summary>
    public MaskingSpec? Masking { get; init; }

    public SplitSpec Split { get; init; } = new();

    /// <summary>Where labels stand and what they mean, as far as a guess would be needed; null where nothing is said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LabelSpec? Labels { get; init; }

    /// <summary>What files and folders of the splits are called; null: train, validation, test and their usual other names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SplitNamesSpec? Splits { get; init; }

    /// <summary>Stands alone in <see cref="Pretext"/> where the pre-flight is to choose.</summary>
    public const string AutoPretext = "auto";

    /// <summary>The pretext task of sequences.</summary>
    public const string MaskedToken = "masked-token";

    /// <summary>Names of pretext tasks; several are trained jointly, one head each. Or <see cref="AutoPretext"/> alone: then the pseudo-labels tell which tasks it became.</summary>
    public required IReadOnlyList<string> Pretext { get; init; }

    public PseudoLabelSpec PseudoLabels { get; init; } = new();

    public EncoderSpec Encoder { get; init; } = new();

    public PretrainingSpec Pretraining { get; init; } = new();

    public required FineTuningSpec FineTuning { get; init; }

    public EvaluationSpec Evaluation { get; init; } = new();
}

/// <param name="Size">Side of the square that images are resized to, in pixels; 8 to 512. 0 for sequences.</param>
/// <param name="Channels">1 (grey) or 3 (red, green, blue). 0 for sequences.</param>
/// <param name="Window">Most characters, bases or residues of a sample: longer documents are cut into so many. 0 for images.</param>
/// <param name="LowerCase">Whether text is brought to lower case.</param>
public sealed record InputSpec(
    int Size = 28,
    int Channels = 1,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Window = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool LowerCase = false)
{
    /// <summary>What sequences are brought to.</summary>
    public static InputSpec Sequence(int window, bool lowerCase = false) => new(0, 0, window, lowerCase);
}

/// <summary>How samples without a split of their own are divided. By group: samples that are nearly the same picture never part.</summary>
/// <param name="Validation">Share of the samples for validation, above 0.</param>
/// <param name="Test">Share of the samples for the test; not used where the data brings its own test split.</param>
/// <param name="Seed">Another seed gives another split.</param>
/// <param name="AllowLeaks">Whether a run goes on where the data brings its own split and that parts samples which are nearly the same picture.</param>
public sealed record SplitSpec(double Validation = 0.1, double Test = 0.2, ulong Seed = 1, bool AllowLeaks = false);

/// <summary>What is to be taken as a label where the data leaves it open. What is null is found out by the rules of docs/data.md.</summary>
/// <param name="Table">Name of the table of labels beside the files.</param>
/// <param name="File">Its column or field that names the files.</param>
/// <param name="Column">The column or field with the labels, of that table or of tables of samples.</param>
/// <param name="Match"><c>exact</c>; or <c>name</c>: a row that names no file by its path is matched by the file's name alone, whatever folder, case or extension, if one file only fits.</param>
/// <param name="Missing">Labels that mean that there is none, as they are written; the empty one to say that empty labels are meant to be.</param>
/// <param name="Classes">The classes; samples with other labels count as unlabelled.</param>
public sealed record LabelSpec(
    string? Table = null, string? File = null, string? Column = null, string? Match = null, IReadOnlyList<string>? Missing = null, IReadOnlyList<string>? Classes = null)
{
    /// <summary>The other <see cref="Match"/>.</summary>
    public const string MatchName = "name";
}

/// <summary>Names of folders and files by split, or patterns of paths, in which <c>*</c> stands for anything but a slash and <c>**</c> for anything. Nothing else is a split then.</summary>
public sealed record SplitNamesSpec(IReadOnlyList<string>? Train = null, IReadOnlyList<string>? Validation = null, IReadOnlyList<string>? Test = null);

/// <param name="Ambiguity">
/// Two views count as the same picture, and the sample is left out of the task, when one minus their correlation is below this; 0 to 1.
/// </param>
public sealed record PseudoLabelSpec(double Ambiguity = 0.02);

/// <param name="Name">A name from the list of encoders: <c>convnet</c>, <c>resnet18</c>, <c>transformer</c>.</param>
/// <param name="Width">Channels of the first layer; later layers scale with it. Null: the encoder's own default.</param>
/// <param name="Transformer">Of <c>transformer</c> alone, whose width stands here.</param>
public sealed record EncoderSpec(string Name = "convnet", int? Width = null, TransformerSpec? Transformer = null);

/// <summary>
/// Random changes to an image that leave the pseudo-label what it is: every one is drawn from a distribution that no turn or flip
/// changes, so that nothing in its artefacts tells the views apart.
/// </summary>
/// <param name="Scale">Zoom between 1/Scale and Scale, log-uniform; 1 is off.</param>
/// <param name="Shift">Largest shift along each axis, in pixels; 0 is off.</param>
/// <param name="Gain">Brightness between 1/Gain and Gain, log-uniform; 1 is off.</param>
/// <param name="Cutout">Side of the square that is blanked, in pixels; 0 is off.</param>
public sealed record AugmentationSpec(double Scale = 1, double Shift = 0, double Gain = 1, int Cutout = 0);

public sealed record PretrainingSpec
{
    /// <summary>Times that the training samples are seen, each in all views of its tasks.</summary>
    public int Epochs { get; init; } = 4;

    /// <summary>Samples in a step; the step sees this many times the number of views.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>The highest learning rate of the schedule.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary><c>one-cycle</c> (Smith 2018, arXiv:1803.09820) or <c>cosine</c> (Loshchilov and Hutter 2017, arXiv:1608.03983).</summary>
    public string Schedule { get; init; } = "one-cycle";

    /// <summary>Decoupled weight decay of AdamW (arXiv:1711.05101).</summary>
    public double WeightDecay { get; init; } = 0.01;

    public AugmentationSpec Augmentation { get; init; } = new(Scale: 1.43, Shift: 3, Gain: 1.3, Cutout: 10);

    /// <summary>Seeds weights, order and augmentation.</summary>
    public ulong Seed { get; init; } = 1;
}

public sealed record FineTuningSpec
{
    /// <summary>What a label is of: <c>classification</c>, of a sample; <c>tagging</c>, of a place in a sequence.</summary>
    public string Task { get; init; } = "classification";

    /// <summary>Label counts to compare at, ascending.</summary>
    public required IReadOnlyList<int> Labels { get; init; }

    /// <summary>Random choices of the labelled samples at each count.</summary>
    public int Draws { get; init; } = 5;

    /// <summary>Grid for every arm that tunes the network; the best for each arm and count is chosen on validation.</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = [1e-3, 3e-3, 1e-2];

    /// <summary>Grid for the linear probes <c>frozen</c> and <c>frozen-random</c>.</summary>
    public IReadOnlyList<double> ProbeLearningRates { get; init; } = [1e-2, 1e-1];

    /// <summary>Arms to compare beside <c>pretrained</c>, <c>scratch</c>, <c>frozen</c> and <c>frozen-random</c>, which always are: of <c>baseline</c>, <c>lora</c>, <c>layer-decay</c>.</summary>
    public IReadOnlyList<Arm> Arms { get; init; } = [Arm.Baseline];

    /// <summary>Grid for <c>baseline</c>: the weight of the penalty on half the sum of its squared coefficients.</summary>
    public IReadOnlyList<double> BaselinePenalties { get; init; } = [1e-3, 1e-2, 1e-1];

    /// <summary>Rank of the adapters of <c>lora</c>.</summary>
    public int LoraRank { get; init; } = 8;

    /// <summary>Of <c>layer-decay</c>: the learning rate of a layer over that of the layer above it; above 0, at most 1.</summary>
    public double LayerDecay { get; init; } = 0.75;

    /// <summary>Optimizer steps of a trial, the same for every arm that has an optimizer.</summary>
    public int Steps { get; init; } = 100;

    public int Batch { get; init; } = 32;

    public double WeightDecay { get; init; } = 0.01;

    public AugmentationSpec Augmentation { get; init; } = new();

    /// <summary>Seeds draws, orders, heads and the random weights of <c>scratch</c>.</summary>
    public ulong Seed { get; init; } = 1;
}

public sealed record EvaluationSpec
{
    /// <summary><c>accuracy</c>, <c>macro-f1</c>, <c>balanced-accuracy</c>; for tagging also <c>entity-f1</c>. What trials are chosen and the verdict is reached by.</summary>
    public string Metric { get; init; } = "accuracy";

    /// <summary>The model is promoted when the verdict is at least this: <c>helps</c>, <c>no-evidence</c> (always, unless it hurts) or <c>never</c>.</summary>
    public string Promote { get; init; } = "helps";

    /// <summary>Bootstrap resamples behind every interval.</summary>
    public int Resamples { get; init; } = 2000;

    public ulong Seed { get; init; } = 1;
}
