using Pipeline.Contracts;
using Pipeline.Ingestion.Sequences.Unicode;

namespace Pipeline.Ingestion.Sources;

/// <summary>What an experiment says of splits and classes, as far as folders are read by it.</summary>
public sealed record LayoutRules(SplitRules Splits, LabelRules Labels)
{
    private static readonly HashSet<string> Unlabelled = new(["unlabelled", "unlabeled", "unsup", "unsupervised", "extra"], StringComparer.OrdinalIgnoreCase);

    public static LayoutRules Of(Experiment experiment) => new(new SplitRules(experiment.Splits), new LabelRules(experiment.Labels));

    /// <summary>Whether a folder's samples have no label, by its name.</summary>
    public bool IsUnlabelled(string folder) => Unlabelled.Contains(folder) && !Keeps(folder);

    /// <summary>The split that a folder at the top is; a class that the experiment names is none, unless it names that split too.</summary>
    public Split? SplitOf(string folder, string root) => !Splits.AreGiven && Keeps(folder) ? null : Splits.OfFolder(folder, root);

    /// <summary>Whether a folder that is alone wraps the others, and says nothing itself.</summary>
    public bool IsWrapper(string folder, string root) => SplitOf(folder, root) is null && !Unlabelled.Contains(folder) && !Keeps(folder);

    public bool Keeps(string folder) => Labels.Keeps(CanonicalComposition.Of(folder));
}
