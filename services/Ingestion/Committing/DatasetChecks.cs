using Pipeline.Lake.Findings;

namespace Pipeline.Ingestion.Committing;

/// <summary>Whether a dataset version can answer an experiment. A refusal names what was found in the data and not used, which often is the
/// reason.</summary>
public static class DatasetChecks
{
    /// <exception cref="PipelineException">It has too few classes or labels.</exception>
    public static void Verify(Experiment experiment, DatasetManifest dataset)
    {
        var task = LabelTasks.Named(experiment.FineTuning.Task);
        var answers = task.Answers(dataset);
        if (answers.Count < 2)
        {
            var found = answers.Count == 0 ? task.NoAnswers : $"{task.OneAnswer} only, {DataNames.Quoted(answers[0])}";
            throw Refusal(dataset, $"has {found}", task.Remedy(dataset));
        }

        foreach (var split in Enum.GetValues<Split>())
        {
            if (task.Labelled(dataset, split) == 0)
                throw Unlabelled(dataset, split);
        }

        var (train, kind) = task.Labelled(dataset, Split.Train) is { } labelled
            ? (labelled, "labelled training")
            : (dataset.Summary.Train, "training");
        var most = experiment.FineTuning.Labels.Max();
        if (most > train)
        {
            throw Refusal(
                dataset, $"has {train} {kind} samples, and fineTuning.labels goes up to {most}", $"Counts must be at most {train}.");
        }
    }

    private static PipelineException Unlabelled(DatasetManifest dataset, Split split)
    {
        var name = Name(split);
        var called = split == Split.Train ? "training" : name;
        var others = string.Concat(
            dataset.Supplied.Where(other => other != split && other != Split.Train).Select(other => $", {Name(other)}: {Name(other)}"));
        return Refusal(dataset, $"has no labelled {called} samples", split switch
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
}
