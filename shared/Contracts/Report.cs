using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>Did pretraining help? Decided by the 95 % interval of the paired difference.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>The whole interval is above 0.</summary>
    [JsonStringEnumMemberName("helps")] Helps,
    /// <summary>0 lies in the interval.</summary>
    [JsonStringEnumMemberName("no-evidence")] NoEvidence,
    /// <summary>The whole interval is below 0.</summary>
    [JsonStringEnumMemberName("hurts")] Hurts,
}

/// <summary>report.json. Others read it: names and meanings stay. All accuracies and differences are fractions between 0 and 1. Where it
/// says accuracy of an arm, and in its differences and verdicts, it is what <see cref="Metric"/> names.</summary>
public sealed record Report
{
    public required string Experiment { get; init; }
    public required string RunId { get; init; }

    /// <summary>At the smallest label count.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>SHA-256 of the encoder's safetensors file, with the prefix <c>sha256:</c>; of several, of the first.</summary>
    public required string EncoderDigest { get; init; }

    /// <summary>Of all encoders, in the order of <see cref="PretrainingSeeds"/>; null where there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? EncoderDigests { get; init; }

    public required IReadOnlyList<LabelCountResult> ByLabelCount { get; init; }
    public required IReadOnlyList<LabelsSaved> LabelsSaved { get; init; }

    /// <summary>What to use at each label count.</summary>
    public IReadOnlyList<Recommendation> Recommended { get; init; } = [];

    /// <summary>Seeds of the encoders that were pretrained.</summary>
    public IReadOnlyList<ulong> PretrainingSeeds { get; init; } = [];

    /// <summary>The pretext task; of several, the first.</summary>
    public required PretextResult Pretext { get; init; }

    /// <summary>What was measured before compute was spent; null where a version made the pseudo-labels that did not measure.</summary>
    public PreFlight? PreFlight { get; init; }

    public required DataSummary Data { get; init; }
    public required CostSummary Cost { get; init; }
    public required EnvironmentSummary Environment { get; init; }

    /// <summary>First about the data, then about the comparison.</summary>
    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    /// <summary>What the arms were compared by, and their learning rates chosen.</summary>
    public string Metric { get; init; } = "accuracy";

    /// <summary>Every metric, whichever decides, by arm, then by label count.</summary>
    public IReadOnlyList<ArmMetrics> Metrics { get; init; } = [];
}

/// <param name="Values">Means over the draws, on the test split, by the metric's name.</param>
public sealed record ArmMetrics(Arm Arm, int Labels, IReadOnlyDictionary<string, double> Values);

/// <summary>The arms at one label count, on the test split, each at the learning rate that validation chose.</summary>
/// <param name="Labels">Labelled samples each trial trained on.</param>
/// <param name="Draws">Random choices of them; the means are over these.</param>
/// <param name="Difference">Mean of <c>pretrained − scratch</c>, paired by draw.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
public sealed record LabelCountResult(
    int Labels, int Draws, double Pretrained, double Scratch, double Frozen, double FrozenRandom,
    double Difference, double Low, double High, Verdict Verdict)
{
    // Null where the experiment does not compare the arm.
    public double? Baseline { get; init; }
    public double? Lora { get; init; }
    public double? LayerDecay { get; init; }

    /// <summary>How the networks' features became one vector, chosen on validation; null for tagging.</summary>
    public string? Readout { get; init; }

    /// <summary>Mean of the metric of every arm, by its name.</summary>
    public IReadOnlyDictionary<Arm, double> Arms { get; init; } = new Dictionary<Arm, double>();

    /// <summary>Those of the arms that may be left out which were not.</summary>
    [JsonIgnore]
    public IEnumerable<(Arm Arm, double Accuracy)> Compared =>
        Arms.Where(arm => arm.Key is not (Arm.Pretrained or Arm.Scratch or Arm.Frozen or Arm.FrozenRandom))
            .OrderBy(arm => arm.Key).Select(arm => (arm.Key, arm.Value));
}

/// <summary>The arm to use at one label count, and the best that there is without a network. Both are chosen on validation; the figures are
/// of the test split.</summary>
/// <param name="Score">Mean of the metric of the arm.</param>
/// <param name="Baseline">Null where no arm without a network was compared.</param>
/// <param name="Difference">Mean of the arm less that of the baseline, paired by draw.</param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
public sealed record Recommendation(
    int Labels, Arm Arm, double Score, Arm? Baseline, double? BaselineScore, double? Difference, double? Low, double? High)
{
    /// <summary>How many labels <c>scratch</c> needs to equal the arm; null where the arm is <c>scratch</c>, and from a version that did
    /// not tell.</summary>
    public LabelsSaved? LabelsSaved { get; init; }
}

/// <summary>How many labels <c>scratch</c> needs to equal another arm, <c>pretrained</c> where nothing is said, at
/// <paramref name="Labels"/>; null where its curve never gets there.</summary>
/// <param name="Ratio"><paramref name="ScratchEquivalent"/> over <paramref name="Labels"/>.</param>
/// <param name="Low">Lower end of the ratio's 95 % interval.</param>
/// <param name="High">Upper end; null where it lies beyond the largest label count.</param>
public sealed record LabelsSaved(int Labels, double? ScratchEquivalent, double? Ratio, double? Low, double? High);

/// <param name="Accuracy">On held-out samples (the validation split), all views, or masked tokens.</param>
/// <param name="Samples">Samples with pseudo-labels.</param>
/// <param name="Ambiguous">Samples left out: two of their views are nearly the same picture; sequences have no token to mask.</param>
/// <param name="Auto">Whether the experiment left it to the pre-flight to choose.</param>
public sealed record PretextResult(string Task, double Accuracy, long Samples, long Ambiguous, bool Auto = false);

/// <param name="Samples">Distinct usable samples: train + validation + test.</param>
/// <param name="Labelled">Those that have a label.</param>
/// <param name="Duplicates">Files left out because another has the same pixels.</param>
/// <param name="Rejected">Files that are not used, and labels that are not, by reason.</param>
public sealed record DataSummary(
    long Samples, long Labelled, long Duplicates, IReadOnlyDictionary<string, long> Rejected, long Train, long Validation, long Test)
{
    /// <summary>Groups of samples that are nearly the same picture. One falls into one split, unless the data says otherwise.</summary>
    public long Groups { get; init; }

    /// <summary>Samples in such groups.</summary>
    public long NearDuplicates { get; init; }

    /// <summary>Samples in the largest.</summary>
    public long LargestGroup { get; init; }

    /// <summary>Pairs of nearly the same picture that the data's own splits put into training and into validation or test.</summary>
    public long Leaks { get; init; }

    /// <summary>What the samples were cut from; 0 for images.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Documents { get; init; }

    public long Unlabelled => Samples - Labelled;

    /// <summary>Labelled samples of each class; null within a manifest, which has them beside it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClassSamples>? Classes { get; init; }
}

/// <summary>Labelled samples of a class, by split.</summary>
public sealed record ClassSamples(string Name, long Train, long Validation, long Test)
{
    [JsonIgnore]
    public long All => Train + Validation + Test;
}

/// <param name="Seconds">Compute seconds by stage, over all workers.</param>
/// <param name="PretrainingImagesPerSecond">Views trained on in a second; of sequences, tokens.</param>
public sealed record CostSummary(IReadOnlyDictionary<string, double> Seconds, double PretrainingImagesPerSecond);

/// <param name="Device">Such as <c>cpu</c> or <c>cuda:0</c>.</param>
/// <param name="Torch">libtorch's version.</param>
public sealed record EnvironmentSummary(string Device, int Threads, string Torch);
