using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

// What each stage leaves beside its files: written last, create-only. Where a manifest is, its work is done.

/// <summary>An immutable set of samples, named by its content.</summary>
[ArtifactKind(ArtifactKinds.Dataset, Formerly = "DatasetManifest")]
public sealed record DatasetManifest
{
    public required string Dataset { get; init; }

    /// <summary>One of <see cref="Modalities"/>.</summary>
    public string Modality { get; init; } = Modalities.Image;

    public required InputSpec Input { get; init; }

    /// <summary>A label in a shard is an index into this list. Ordinal order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The same of labels of places; empty where the data has none.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Sample shards of all splits; a shard holds samples of one split only.</summary>
    public required IReadOnlyList<SampleShard> Shards { get; init; }

    /// <summary>Labels of the training and the validation split, known without opening a shard: safetensors, rows in the order of the
    /// shards. <c>label</c> int32 [N]; where the data has tags <c>tagged</c> uint8 [N], 1 for a sample that has any. Empty from a version
    /// that had no such files.</summary>
    public IReadOnlyDictionary<Split, ArtifactReference> LabelIndex { get; init; } = new Dictionary<Split, ArtifactReference>();

    /// <summary>Parquet: a row for each sample: where it came from.</summary>
    public required ArtifactReference Provenance { get; init; }

    /// <summary>JSON lines: a line for each file that could not be used; null when there is none.</summary>
    public ArtifactReference? Rejections { get; init; }

    /// <summary>JSON lines: the pairs that <see cref="DataSummary.Leaks"/> counts; null when there is none.</summary>
    public ArtifactReference? Leaks { get; init; }

    public required DataSummary Summary { get; init; }

    /// <summary>The splits that the data brings itself; the others are cut from its training samples.</summary>
    public IReadOnlyList<Split> Supplied { get; init; } = [];

    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    /// <summary>Labelled samples of each class, in the order of <see cref="Classes"/>.</summary>
    public required IReadOnlyList<ClassCount> ClassCounts { get; init; }

    public required double Seconds { get; init; }

    /// <summary>The summary with its classes, as report.json has it.</summary>
    [JsonIgnore]
    public DataSummary Data => Summary with
    {
        Classes = [.. ClassCounts.Select(count => new ClassSamples(count.Class, count.Train, count.Validation, count.Test))],
    };
}

/// <summary>Labelled samples of one class, by split.</summary>
public sealed record ClassCount(string Class, long Train, long Validation, long Test);

public enum Split : byte { Train, Validation, Test }

/// <summary>A safetensors file: <c>pixels</c> uint8 [N, C, S, S]; <c>label</c> int32 [N], −1 where there is none; <c>digest</c> uint8 [N,
/// 32], SHA-256 of the pixels. Of sequences, instead of pixels: <c>text</c> uint8 [B], the samples as UTF-8, one after another;
/// <c>start</c> int64 [N + 1], where each begins in it, and the end of the last; the digest is of a sample's bytes. Where the data tags
/// places: <c>tag</c> int16 [B], of each byte, −1 where there is none.</summary>
[ArtifactKind(ArtifactKinds.SampleShard, Formerly = "SampleShard")]
public sealed record SampleShard(ArtifactReference File, Split Split, int Samples);

/// <summary>How answerable each pretext task is, measured on a sample of the training split. See docs/pre-flight.md.</summary>
[ArtifactKind(ArtifactKinds.PreFlight, Formerly = "PreFlight")]
public sealed record PreFlight
{
    public required ArtifactReference Dataset { get; init; }

    /// <summary>Training samples that were looked at.</summary>
    public required int Samples { get; init; }

    /// <summary>Every task that this version knows.</summary>
    public required IReadOnlyList<PretextOutlook> Tasks { get; init; }

    /// <summary>What <c>pretext: auto</c> takes.</summary>
    public required PretextChoice Choice { get; init; }
    public required LabelBalance Labels { get; init; }
    public required double Seconds { get; init; }
}

/// <summary>One pretext task over the sample. All accuracies and shares are fractions between 0 and 1.</summary>
/// <param name="Views">How many views there are to tell apart.</param>
/// <param name="Chance">What guessing gets right.</param>
/// <param name="Symmetric">Share of the samples of which two views are the same picture.</param>
/// <param name="Ceiling">What a perfect model gets right: of k views that are the same picture, one.</param>
/// <param name="Border">A linear model that sees the border's pixels alone; null where there are too few samples.</param>
/// <param name="Linear">A linear model that sees all pixels; null where there are too few samples.</param>
/// <param name="BorderCue">Whether the border gives the answer away.</param>
/// <param name="Advice">One line for a person.</param>
public sealed record PretextOutlook(
    string Task, int Views, double Chance, double Symmetric, double Ceiling, MeasuredAccuracy? Border, MeasuredAccuracy? Linear,
    bool BorderCue, string Advice);

/// <summary>Accuracy over the sample in all its views, each half of it told by a model that saw the other half alone.</summary>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
public sealed record MeasuredAccuracy(double Accuracy, double Low, double High);

/// <param name="Tasks">Names of pretext tasks, as an experiment could name them.</param>
/// <param name="Reason">One line for a person.</param>
public sealed record PretextChoice(IReadOnlyList<string> Tasks, string Reason);

/// <summary>The labels of the training split.</summary>
/// <param name="Share">Of the training samples, those that have a label.</param>
/// <param name="Counts">Labelled samples by class.</param>
/// <param name="Largest">Share of the largest class among the labelled.</param>
/// <param name="EffectiveClasses">exp of the entropy of the classes' shares: as many equally large classes would be as hard to guess;
/// 0 without labels.</param>
public sealed record LabelBalance(double Share, IReadOnlyDictionary<string, long> Counts, double Largest, double EffectiveClasses);

/// <summary>The pseudo-labels of one pretext task over a dataset version.</summary>
[ArtifactKind(ArtifactKinds.PseudoLabels, Formerly = "PseudoLabelManifest")]
public sealed record PseudoLabelManifest
{
    public required string Task { get; init; }
    public required int Classes { get; init; }
    public required ArtifactReference Dataset { get; init; }
    public required double Ambiguity { get; init; }
    public required IReadOnlyList<PseudoLabelShard> Shards { get; init; }

    /// <summary>What made tokens of the samples; null for images.</summary>
    public TokenizerReference? Tokenizer { get; init; }

    /// <summary>How tokens are masked; null for images.</summary>
    public MaskingSpec? Masking { get; init; }

    /// <summary>Of all samples, without those for start and end; 0 for images.</summary>
    public long Tokens { get; init; }

    /// <summary>Samples that had more tokens than fit, and lost their last; 0 for images.</summary>
    public long Truncated { get; init; }

    /// <summary>Samples that have pseudo-labels.</summary>
    public required long Samples { get; init; }
    public required long Ambiguous { get; init; }
    public required double Seconds { get; init; }
}

/// <summary>A safetensors file of R rows, those of a sample side by side: <c>sample</c> int32 [R], the row in the sample shard; <c>view</c>
/// uint8 [R], how it is shown; <c>label</c> uint8 [R], what is to be predicted. Its metadata names the sample shard. Of
/// <c>masked-token</c>: <c>sample</c> int32 [N], the row in the sample shard; <c>token</c> int32 [T], their tokens one after another,
/// without start and end; <c>continues</c> uint8 [T], 1 where a token goes on with the word of the one before it; <c>start</c> int64 [N +
/// 1], where each sample's begin. And what the first epoch masks, which is what held-out samples are measured on: <c>position</c> int32
/// [M], within the sample's tokens; <c>input</c> int32 [M], the token shown there; <c>target</c> int32 [M], the one to be predicted;
/// <c>mask</c> int64 [N + 1], where each sample's begin.</summary>
public sealed record PseudoLabelShard(ArtifactReference File, string SampleShard, Split Split, int Samples, int Ambiguous);

[ArtifactKind(ArtifactKinds.Encoder, Formerly = "EncoderManifest")]
public sealed record EncoderManifest
{
    public required EncoderSpec Encoder { get; init; }
    public required InputSpec Input { get; init; }

    /// <summary>What makes tokens for it; null for images.</summary>
    public TokenizerReference? Tokenizer { get; init; }

    public required ArtifactReference File { get; init; }

    /// <summary><c>config.json</c>, by which Hugging Face's transformers opens the folder; null for layouts unknown there.</summary>
    public ArtifactReference? Config { get; init; }
    public required long Steps { get; init; }
    public required IReadOnlyList<PretrainingPoint> History { get; init; }
    public required PretrainingTime Time { get; init; }

    /// <summary>The last time that held-out samples were measured; null when there were too few.</summary>
    [JsonIgnore]
    public HeldOutMeasure? HeldOut => History.LastOrDefault(point => point.HeldOut is not null)?.HeldOut;
    public required EnvironmentSummary Environment { get; init; }
}

/// <summary>Pretraining at one step.</summary>
/// <param name="Loss">Mean cross-entropy in nats since the point before, summed over tasks.</param>
/// <param name="HeldOut">Measured at some of the points only.</param>
public sealed record PretrainingPoint(long Step, double Loss, double LearningRate, HeldOutMeasure? HeldOut);

/// <summary>The encoder on held-out samples, in all their views, without augmentation; on sequences with their shards' masks.</summary>
/// <param name="Accuracy">For each pretext task: of views, or of masked tokens.</param>
/// <param name="FeatureDeviation">Mean over the features of their standard deviation across views, each feature vector scaled to length √D:
/// about 1 is healthy, 0 is collapse.</param>
/// <param name="EffectiveRank">exp of the entropy of the normalised singular values of the centred features (Roy and Vetterli 2007);
/// 1 to D.</param>
/// <param name="Views">How many were measured on: views of images, or sequences.</param>
public sealed record HeldOutMeasure(
    IReadOnlyDictionary<string, double> Accuracy, double FeatureDeviation, double EffectiveRank, long Views);

/// <summary>Where pretraining's wall time went, in seconds, over all slices.</summary>
/// <param name="Waiting">For the next batch.</param>
/// <param name="Measuring">Held-out accuracy, feature statistics.</param>
/// <param name="Checkpointing">Writing and loading checkpoints, building the network.</param>
/// <param name="Views">Views of images, or tokens of sequences, trained on.</param>
public sealed record PretrainingTime(double Training, double Waiting, double Measuring, double Checkpointing, long Views)
{
    public double Total => Training + Waiting + Measuring + Checkpointing;
}

/// <param name="Model">The tuned weights, safetensors: encoder and head; of frozen arms the head, of the baseline its coefficients.</param>
/// <param name="Loss">Training loss by step.</param>
/// <param name="Parameters">Numbers that were trained; 0 from a version that did not tell.</param>
/// <param name="Validation">Every metric on the validation split, by its name; null from a version that did not tell.</param>
/// <param name="Reach">Of arms that spread labels; null of others.</param>
[ArtifactKind(ArtifactKinds.Trial, Formerly = "TrialResult")]
public sealed record TrialResult(
    Trial Trial, double ValidationAccuracy, ArtifactReference Model, IReadOnlyList<double> Loss, double Seconds, long Parameters = 0,
    IReadOnlyDictionary<string, double>? Validation = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LabelReach? Reach = null);

/// <summary>How far labels went that were spread over the training split.</summary>
/// <param name="Pool">Samples of the graph.</param>
/// <param name="Reached">Those that are connected to a labelled sample, over however many neighbours.</param>
/// <param name="Labels">Labelled samples by class, in the order of the dataset's classes.</param>
/// <param name="Given">Samples by the class that became their most probable, labelled ones too.</param>
/// <param name="Unanswered">Validation samples whose neighbours have no class. They count as the most frequent class among the
/// labels.</param>
public sealed record LabelReach(int Pool, int Reached, IReadOnlyList<int> Labels, IReadOnlyList<int> Given, int Unanswered)
{
    /// <summary>From 0 to 1.</summary>
    [JsonIgnore]
    public double Share => Reached / (double)Pool;
}

[ArtifactKind(ArtifactKinds.Trials, Formerly = "TrialsManifest")]
public sealed record TrialsManifest(IReadOnlyList<ArtifactReference> Results);
