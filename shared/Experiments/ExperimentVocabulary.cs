using Pipeline.Contracts;

namespace Pipeline.Experiments;

/// <summary>The names that an experiment may use and that this project does not know: they are those of the code that does the work.</summary>
/// <param name="PretextTasks">Such as <c>rotation</c>; empty takes any.</param>
/// <param name="Encoders">Such as <c>convnet</c>; empty takes any.</param>
public sealed record ExperimentVocabulary(IReadOnlyList<string> PretextTasks, IReadOnlyList<string> Encoders)
{
    /// <summary>For a service that does not know them: any name passes, to be checked by the one that does.</summary>
    public static ExperimentVocabulary Open { get; } = new([], []);

    /// <summary>The encoder of sequences.</summary>
    internal const string Transformer = "transformer";

    internal static IReadOnlyList<string> Schedules { get; } = ["one-cycle", "cosine"];

    /// <summary>Those that may be left out.</summary>
    internal static IReadOnlyList<string> Arms { get; } = ["baseline", "lora", "layer-decay"];

    internal static IReadOnlyList<string> Tasks { get; } = ["classification", "tagging"];

    /// <summary>The last for tagging alone.</summary>
    internal static IReadOnlyList<string> Metrics { get; } = ["accuracy", "macro-f1", "balanced-accuracy", "entity-f1"];

    /// <summary>How rows of a table of labels find their files.</summary>
    internal static IReadOnlyList<string> Matches { get; } = ["exact", LabelSpec.MatchName];

    internal static IReadOnlyList<string> Promotions { get; } = ["helps", "no-evidence", "never"];

    /// <summary>The default first.</summary>
    internal static IReadOnlyList<string> Tokenizers(string modality) => modality == Modalities.Text ? [TokenizerKinds.WordPiece, TokenizerKinds.Bpe] : [TokenizerKinds.Kmer];

    internal static IReadOnlyList<string> MaskingUnits(string modality) => modality == Modalities.Text ? ["token", "word", "span"] : ["token", "span"];

    internal IReadOnlyList<string> PretextTasksOf(string modality) =>
        Modalities.IsSequence(modality) ? [Experiment.MaskedToken, Experiment.AutoPretext]
        : PretextTasks.Count == 0 ? []
        : [.. PretextTasks.Where(task => task != Experiment.MaskedToken), Experiment.AutoPretext];

    internal IReadOnlyList<string> EncodersOf(string modality) =>
        Modalities.IsSequence(modality) ? [Transformer] : [.. Encoders.Where(encoder => encoder != Transformer)];
}
