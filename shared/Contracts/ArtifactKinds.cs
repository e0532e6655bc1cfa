using System.Reflection;

namespace Pipeline.Contracts;

/// <summary>Names of what the store holds. They are part of manifests and content keys, so they outlive the names of C# types: a name that
/// is in use never changes.</summary>
public static class ArtifactKinds
{
    public const string Experiment = "experiment";
    public const string ImportPlan = "import-plan";
    public const string ImportPart = "import-part";
    public const string Listing = "listing";
    public const string Quarantined = "quarantined";
    public const string SampleShard = "sample-shard";
    public const string Dataset = "dataset";
    public const string PreFlight = "pre-flight";
    public const string Tokenizer = "tokenizer";
    public const string PseudoLabelPart = "pseudo-label-part";
    public const string PseudoLabels = "pseudo-labels";
    public const string Pretraining = "pretraining";
    public const string Encoder = "encoder";
    public const string Description = "description";
    public const string Features = "features";
    public const string Neighbours = "neighbours";
    public const string Trial = "trial";
    public const string Trials = "trials";
    public const string DatasetCommitted = "dataset-committed";
    public const string PseudoLabelsReady = "pseudo-labels-ready";
    public const string EncoderReady = "encoder-ready";
    public const string TrialsReady = "trials-ready";
    public const string VerdictReached = "verdict-reached";
    public const string Told = "told";
    public const string RunFailed = "run-failed";
    public const string RunCancelled = "run-cancelled";
    public const string Reference = "reference";

    /// <exception cref="InvalidOperationException">The type has no <see cref="ArtifactKindAttribute"/>.</exception>
    public static ArtifactKindAttribute Of(Type content) => content.GetCustomAttribute<ArtifactKindAttribute>()
        ?? throw new InvalidOperationException($"{content} has no [ArtifactKind] and cannot be stored as a manifest.");
}

/// <summary>The stable name under which a type is stored as a manifest.</summary>
/// <param name="name">One of <see cref="ArtifactKinds"/>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ArtifactKindAttribute(string name) : Attribute
{
    public string Name => name;

    /// <summary>The name in manifests of format 1, which was the name of the C# type; null where there are none.</summary>
    public string? Formerly { get; init; }

    public bool IsCalled(string kind) => kind == name || (Formerly is not null && kind == Formerly);
}
