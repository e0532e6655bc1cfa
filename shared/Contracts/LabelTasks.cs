namespace Pipeline.Contracts;

/// <summary>What labels ask for, as far as experiments and manifests tell. How a model learns it is in Pipeline.Learning.Tasks.</summary>
public sealed record LabelTask
{
    /// <summary>As experiments spell it.</summary>
    public required string Name { get; init; }

    /// <summary>The modalities that have it, with spaces between.</summary>
    public string For { get; init; } = Modalities.Every;

    /// <summary>Why the other modalities do not have it.</summary>
    public string Elsewhere { get; init; } = "";

    /// <summary>What answers can be judged by, as experiments spell it.</summary>
    public required IReadOnlyList<string> Metrics { get; init; }

    /// <summary>The names of all answers in a dataset version. A label is an index into them.</summary>
    public required Func<DatasetManifest, IReadOnlyList<string>> Answers { get; init; }

    /// <summary>Labelled samples of a split; null where dataset versions do not count them.</summary>
    public Func<DatasetManifest, Split, long?> Labelled { get; init; } = (_, _) => null;

    /// <summary>How messages call a dataset version without labels: one with <c>no tags</c>.</summary>
    public required string NoAnswers { get; init; }

    /// <summary>How messages call a dataset version whose labels are all the same: one with <c>one tag</c>.</summary>
    public required string OneAnswer { get; init; }

    /// <summary>What there must be instead, and where it is read from.</summary>
    public required Func<DatasetManifest, string> Remedy { get; init; }

    /// <param name="modality">One of <see cref="Modalities"/>.</param>
    public bool Suits(string modality) => For.Split(' ').Contains(modality);
}

/// <summary>The list of tasks that labels can ask for.</summary>
public static class LabelTasks
{
    /// <summary>A label is of a sample.</summary>
    public const string Classification = "classification";

    /// <summary>A label is of a place in a sequence.</summary>
    public const string Tagging = "tagging";

    public static IReadOnlyList<LabelTask> All { get; } =
    [
        new()
        {
            Name = Classification,
            Metrics = ["accuracy", "macro-f1", "balanced-accuracy"],
            Answers = dataset => dataset.Classes,
            Labelled = (dataset, split) => dataset.ClassCounts.Sum(count => split switch
            {
                Split.Train => count.Train,
                Split.Validation => count.Validation,
                _ => count.Test,
            }),
            NoAnswers = "no labels",
            OneAnswer = "one class",
            Remedy = dataset => "There must be two or more classes: a folder for each class, or a labels.csv that says the "
                + $"labels{(Modalities.IsSequence(dataset.Modality) ? ", or a label in each record" : "")}.",
        },
        new()
        {
            Name = Tagging,
            For = Modalities.Sequences,
            Elsewhere = "images have no places to tag",
            Metrics = ["accuracy", "macro-f1", "balanced-accuracy", "entity-f1"],
            Answers = dataset => dataset.Tags,
            NoAnswers = "no tags",
            OneAnswer = "one tag",
            Remedy = _ => "There must be two or more, in JSON lines with tokens and tags.",
        },
    ];

    /// <exception cref="PipelineException">There is no such task.</exception>
    public static LabelTask Named(string name) => All.FirstOrDefault(task => task.Name == name)
        ?? throw new PipelineException(
            $"fineTuning.task is '{name}'; it must be one of {string.Join(", ", All.Select(task => task.Name))}.");
}
