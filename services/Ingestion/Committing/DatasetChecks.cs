using Pipeline.Lake.Findings;

namespace Pipeline.Ingestion.Committing;

/// <summary>Whether a dataset version can answer an experiment. A refusal names what was found in the data and not used, which often is the
/// reason.</summary>
public static class DatasetChecks
{
    /// <exception cref="PipelineException">It has too few classes or labels.</exception>
    public static void Verify(Experiment experiment, DatasetManifest dataset)
    {
        var (train, kind) = (dataset.Summary.Train, "training");
        if (experiment.FineTuning.Task == LabelTasks.Tagging)
        {
            RequireTwo(dataset, dataset.Tags, "no tags", "one tag", "There must be two or more, in JSON lines with tokens and tags.");
        }
        else
        {
            RequireTwo(
                dataset,
                dataset.Classes,
                "no labels",
                "one class",
                "There must be two or more classes: a folder for each class, or a labels.csv that says the "
                    + $"labels{(Modalities.IsSequence(dataset.Modality) ? ", or a label in each record" : "")}.");
            foreach (var split in Enum.GetValues<Split>())
                Require(dataset, split);

            (train, kind) = (Labelled(dataset, Split.Train), "labelled training");
        }

        var most = experiment.FineTuning.Labels.Max();
        if (most > train)
        {
            throw Refusal(
                dataset, $"has {train} {kind} samples, and fineTuning.labels goes up to {most}", $"Counts must be at most {train}.");
        }
    }

    private static void RequireTwo(DatasetManifest dataset, IReadOnlyList<string> names, string none, string one, string remedy)
    {
        if (names.Count < 2)
            throw Refusal(dataset, $"has {(names.Count == 0 ? none : $"{one} only, {DataNames.Quoted(names[0])}")}", remedy);
    }

    private static void Require(DatasetManifest dataset, Split split)
    {
        if (Labelled(dataset, split) > 0)
            return;

        var name = Name(split);
        var called = split == Split.Train ? "training" : name;
        var others = string.Concat(
            dataset.Supplied.Where(other => other != split && other != Split.Train).Select(other => $", {Name(other)}: {Name(other)}"));
        throw Refusal(dataset, $"has no labelled {called} samples", split switch
        {
            Split.Train => "Some of them must have a label.",
            // Nothing else is put into a split that the data brings, so that no share changes it.
            _ when dataset.Supplied.Contains(split) =>
                $"The data brings its own {name} split, and none of its samples has a label: a larger share gives it none. Some of them "
                    + "must have labels, or the experiment must say "
                    + $"'splits: {{ train: train{others} }}', with the names of the folders, which uses these samples without labels and "
                    + $"cuts a {name} split from the labelled training samples.",
            _ => $"More labels, or a larger {name} share in the experiment's split, give some.",
        });
    }

    private static PipelineException Refusal(DatasetManifest dataset, string fact, string remedy) =>
        new($"The dataset '{dataset.Dataset}' {fact}.{NotUsed.Of(dataset.Warnings)} {remedy}");

    private static string Name(Split split) => split.ToString().ToLowerInvariant();

    private static long Labelled(DatasetManifest dataset, Split split) => dataset.ClassCounts.Sum(count => split switch
    {
        Split.Train => count.Train,
        Split.Validation => count.Validation,
        _ => count.Test,
    });
}
