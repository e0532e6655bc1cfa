using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

// All messages, in the order of the flow. Events are in the past tense; commands are imperative.
// Every message after the dataset is committed names its run; what a stage leaves is in the store, under the references.

// Ingestion:

/// <summary>Run an experiment over the files of a source. Anybody may send it; the answer is <see cref="DatasetCommitted"/>.</summary>
/// <param name="Experiment">A JSON object with the keys of docs/experiment.md, or the text of such a file; null where it is stored.</param>
/// <param name="Source">Where the files lie: the URL of a place in the lake, or a folder. Null: where the dataset lands.</param>
/// <param name="OnDrops">Run each time a drop into its dataset is complete; without a source it waits for the first.</param>
/// <param name="Stored">An experiment that is checked and in the store already, instead of <paramref name="Experiment"/>.</param>
public sealed record RunExperiment(
    JsonElement? Experiment = null, string? Source = null, bool OnDrops = false, ArtifactReference? Stored = null);

/// <summary>Look at a dataset's place in the lake again, and run every experiment that waits for its drops.</summary>
/// <param name="Source">The URL of the place; null: where the dataset lands.</param>
public sealed record IngestDataset(string Dataset, string? Source = null);

/// <summary>End a run. What it left so far stays; asked for again, it goes on from there.</summary>
[ArtifactKind(ArtifactKinds.RunCancelled, Formerly = "CancelRun")]
public sealed record CancelRun(string RunId);

/// <summary>Decode one chunk of a planned import.</summary>
/// <param name="Plan">The import's plan, which lists the chunks.</param>
/// <param name="Chunk">Which one, from 0.</param>
public sealed record ImportChunk(ArtifactReference Experiment, ArtifactReference Plan, int Chunk);

/// <summary>A dataset version is complete. Here a run gets its id, from the experiment and the dataset version.</summary>
[ArtifactKind(ArtifactKinds.DatasetCommitted, Formerly = "DatasetCommitted")]
public sealed record DatasetCommitted(RunReference Run) : IRunMessage;

// Pseudo-labels:

/// <summary>Run an experiment over a dataset version that is there already, from its pseudo-labels on.</summary>
/// <param name="Experiment">As in <see cref="RunExperiment"/>.</param>
/// <param name="Version">The key of the dataset's manifest: <c>datasets/NAME/VERSION/manifest.json</c>.</param>
public sealed record LabelDataset(JsonElement Experiment, string Version);

/// <summary>Make the pseudo-labels of one sample shard for one pretext task.</summary>
/// <param name="Shard">Its place among the dataset's shards of the training and the validation split.</param>
/// <param name="Seed">The pretraining seed that they are for, where they depend on it and there are several.</param>
public sealed record LabelShard(RunReference Run, string Task, int Shard, ulong? Seed = null) : IRunMessage;

/// <summary>Every pretext task of the experiment has all its pseudo-labels.</summary>
/// <param name="PseudoLabels">One manifest for each task, in the experiment's order.</param>
/// <param name="Pretext">The tasks' names: the experiment's, or what <c>auto</c> became. Null from a version that did not tell.</param>
/// <param name="PreFlight">What was measured before; null from a version that did not measure.</param>
/// <param name="BySeed">The pseudo-labels of each pretraining seed, in the experiment's order, where they depend on it and there are
/// several; null where all encoders learn from the same.</param>
[ArtifactKind(ArtifactKinds.PseudoLabelsReady, Formerly = "PseudoLabelsReady")]
public sealed record PseudoLabelsReady(
    RunReference Run, IReadOnlyList<ArtifactReference> PseudoLabels, IReadOnlyList<string>? Pretext = null,
    ArtifactReference? PreFlight = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<IReadOnlyList<ArtifactReference>>? BySeed = null) : IRunMessage;

// Pretraining:

/// <summary>Train for one slice of bounded time, from the newest checkpoint at or after <paramref name="Step"/>.</summary>
/// <param name="Slice">Counts from 0.</param>
/// <param name="Step">Steps already done.</param>
/// <param name="Seed">Of the experiment's seeds the one whose encoder is trained; null from a version that knew one.</param>
public sealed record TrainSlice(
    RunReference Run, IReadOnlyList<ArtifactReference> PseudoLabels, int Slice, long Step, ulong? Seed = null) : IRunMessage;

/// <param name="Seed">As in <see cref="TrainSlice"/>.</param>
public sealed record PretrainingProgressed(
    string RunId, int Slice, long Step, long Steps, PretrainingPoint Point, double ImagesPerSecond, ulong? Seed = null);

/// <summary>Every encoder of the experiment is pretrained.</summary>
/// <param name="Encoder">The encoder's manifest; of several, that of the first.</param>
/// <param name="Encoders">The manifests of all, in the order of the seeds; null where there is one.</param>
[ArtifactKind(ArtifactKinds.EncoderReady, Formerly = "EncoderReady")]
public sealed record EncoderReady(
    RunReference Run, ArtifactReference Encoder,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ArtifactReference>? Encoders = null)
    : IRunMessage
{
    /// <param name="encoders">In the order of the seeds; at least one.</param>
    public static EncoderReady Of(RunReference run, IReadOnlyList<ArtifactReference> encoders) =>
        new(run, encoders[0], encoders.Count > 1 ? encoders : null);
}

// Fine-tuning:

/// <summary>Make the vectors of one sample shard in a space that the run's trials read.</summary>
/// <param name="Encoder">The pretrained one; the first for a space without one.</param>
/// <param name="Readout">How features become one vector; without a network, how samples are described.</param>
/// <param name="Shard">Its place among the dataset's shards of the training split.</param>
public sealed record EmbedShard(RunReference Run, ArtifactReference Encoder, SpaceOf Space, string Readout, int Shard) : IRunMessage;

/// <summary>Train one model: one arm at one label count, label draw and learning rate.</summary>
/// <param name="Encoder">The one that it starts from; the first for an arm without one.</param>
public sealed record RunTrial(RunReference Run, ArtifactReference Encoder, Trial Trial) : IRunMessage;

/// <param name="Encoder">As in <see cref="EncoderReady"/>.</param>
/// <param name="Trials">The manifest that lists them.</param>
/// <param name="Encoders">As in <see cref="EncoderReady"/>.</param>
[ArtifactKind(ArtifactKinds.TrialsReady, Formerly = "TrialsReady")]
public sealed record TrialsReady(
    RunReference Run, ArtifactReference Encoder, ArtifactReference Trials,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ArtifactReference>? Encoders = null)
    : IRunMessage;

// Evaluation:

/// <param name="Verdict">At the smallest label count.</param>
/// <param name="Report">report.json.</param>
/// <param name="Page">report.html.</param>
/// <param name="Model">The promoted model; null where the experiment does not promote it.</param>
[ArtifactKind(ArtifactKinds.VerdictReached, Formerly = "VerdictReached")]
public sealed record VerdictReached(
    RunReference Run, Verdict Verdict, ArtifactReference Report, ArtifactReference Page, ArtifactReference? Model) : IRunMessage;

// Any stage:

/// <summary>Parts of a stage that are done.</summary>
/// <param name="Total">0 where it is not known yet, as long as a folder is read.</param>
/// <param name="Detail">A few words for a person, such as the shard or the trial at hand.</param>
public sealed record StageProgressed(string? RunId, Stage Stage, long Done, long Total, string? Detail = null);

/// <summary>A run ended without a verdict.</summary>
/// <param name="RunId">Null when it failed before its dataset was committed.</param>
/// <param name="Reason">One line.</param>
/// <param name="ErrorQueue">Where the message lies that could not be handled.</param>
[ArtifactKind(ArtifactKinds.RunFailed, Formerly = "RunFailed")]
public sealed record RunFailed(string? RunId, Stage Stage, string Reason, string? ErrorQueue = null);

public sealed record RunCancelled(string RunId);

/// <summary>One run, and what it is made of.</summary>
/// <param name="RunId">The experiment's name and twelve hex digits of the digest over experiment and dataset version.</param>
/// <param name="Experiment">The experiment as JSON.</param>
/// <param name="Dataset">The dataset's manifest.</param>
public sealed record RunReference(string RunId, ArtifactReference Experiment, ArtifactReference Dataset);

public interface IRunMessage
{
    RunReference Run { get; }
}

/// <summary>The stages, in the order of the flow.</summary>
public enum Stage { Triggers, Ingestion, PseudoLabels, Pretraining, FineTuning, Evaluation }

public static class StageNames
{
    /// <summary>The stage as people and JSON read it, such as <c>pseudo-labels</c>.</summary>
    public static string Name(this Stage stage) => JsonNamingPolicy.KebabCaseLower.ConvertName(stage.ToString());
}

/// <summary>What a trial starts from.</summary>
public enum Arm
{
    /// <summary>The pretrained encoder, all weights tuned.</summary>
    Pretrained,
    /// <summary>The same network from random weights, tuned the same way.</summary>
    Scratch,
    /// <summary>A linear probe on the pretrained encoder.</summary>
    Frozen,
    /// <summary>A linear probe on random weights.</summary>
    FrozenRandom,
    /// <summary>No network: multinomial logistic regression on pixels, or on what is counted in sequences; tagging has none.</summary>
    Baseline,
    /// <summary>The pretrained encoder as it is, with low-rank adapters that are tuned.</summary>
    Lora,
    /// <summary>The pretrained encoder, all weights tuned, lower layers slower.</summary>
    LayerDecay,

    /// <summary>Labels spread over the training split by the features of the pretrained encoder.</summary>
    Propagation,

    /// <summary>The same by the features of random weights.</summary>
    PropagationRandom,

    /// <summary>The same without a network, by a description of the samples.</summary>
    BaselinePropagation,

    /// <summary>The class of the nearest labelled sample by the features of the pretrained encoder.</summary>
    NearestNeighbour,

    /// <summary>The class with the nearest mean by the features of the pretrained encoder.</summary>
    ClassMeans,

    /// <summary>A linear probe on the pretrained encoder and on a description of the samples.</summary>
    FrozenFused,

    /// <summary>Labels spread over the training split by both.</summary>
    PropagationFused,

    /// <summary>The pretrained encoder, all weights tuned by what <see cref="Propagation"/> says of the training split.</summary>
    Student,

    /// <summary>The same network from random weights, tuned by labels that were spread without the pretrained encoder.</summary>
    StudentScratch,
}

/// <summary>Where the vectors of samples come from.</summary>
public enum SpaceOf
{
    /// <summary>The pretrained encoder.</summary>
    Pretrained,

    /// <summary>The same network with random weights.</summary>
    Random,

    /// <summary>No network: a description of the samples.</summary>
    Described,

    /// <summary>The pretrained encoder, and beside it the last of the modality's dense descriptions.</summary>
    Fused,
}

/// <param name="Labels">Labelled samples it trains on.</param>
/// <param name="Draw">Which random choice of them, from 0.</param>
/// <param name="LearningRate">The highest of its schedule; of <see cref="Arm.Baseline"/>, the weight of its penalty; of propagation,
/// what is taken from neighbours; 0 where a trial chooses by itself.</param>
/// <param name="Readout">How features become one vector; without a network, how samples are described; null for tagging.</param>
/// <param name="PretrainingSeed">Of the pretrained encoder; null where the experiment has one, and for an arm without one.</param>
public sealed record Trial(
    Arm Arm, int Labels, int Draw, double LearningRate,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Readout = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ulong? PretrainingSeed = null);
