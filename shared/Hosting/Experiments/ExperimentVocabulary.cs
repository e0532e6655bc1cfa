namespace Pipeline.Hosting.Experiments;

/// <summary>The names that an experiment may use and that this project does not know: they are those of the code that does the work.</summary>
/// <param name="PretextTasks">Such as <c>rotation</c>; empty takes any.</param>
/// <param name="Encoders">Such as <c>convnet</c>; empty takes any.</param>
public sealed record ExperimentVocabulary(IReadOnlyList<string> PretextTasks, IReadOnlyList<string> Encoders)
{
    /// <summary>For a service that does not know them: any name passes, to be checked by the one that does.</summary>
    public static ExperimentVocabulary Open { get; } = new([], []);

    internal static IReadOnlyList<string> Modalities { get; } = ["image"];

    internal static IReadOnlyList<string> Schedules { get; } = ["one-cycle", "cosine"];

    /// <summary>Those that may be left out.</summary>
    internal static IReadOnlyList<string> Arms { get; } = ["baseline", "lora", "layer-decay"];

    internal static IReadOnlyList<string> Metrics { get; } = ["accuracy"];

    internal static IReadOnlyList<string> Promotions { get; } = ["helps", "no-evidence", "never"];
}
