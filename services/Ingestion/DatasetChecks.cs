using Pipeline.Contracts;

namespace Pipeline.Ingestion;

/// <summary>Whether a dataset version can answer an experiment.</summary>
public static class DatasetChecks
{
    /// <exception cref="PipelineException">It has too few classes or labels.</exception>
    public static void Verify(Experiment experiment, DatasetManifest dataset)
    {
        if (experiment.FineTuning.Task == "tagging")
        {
            VerifyTags(experiment, dataset);
            return;
        }

        if (dataset.Classes.Count < 2)
        {
            var found = dataset.Classes.Count == 0 ? "no labels" : $"one class only, '{dataset.Classes[0]}'";
            throw new PipelineException($"The dataset '{dataset.Dataset}' has {found}; valid are two or more: a folder for each class, or a labels.csv that says the labels{(Modalities.IsSequence(dataset.Modality) ? ", or a label in each record" : "")}.");
        }

        var most = experiment.FineTuning.Labels.Max();
        var train = dataset.ClassCounts.Sum(count => count.Train);
        if (most > train)
        {
            throw new PipelineException($"fineTuning.labels goes up to {most} and the dataset '{dataset.Dataset}' has {train} labelled training samples; valid are counts up to {train}.");
        }

        Require(dataset, "validation", dataset.Summary.Validation, dataset.ClassCounts.Sum(count => count.Validation));
        Require(dataset, "test", dataset.Summary.Test, dataset.ClassCounts.Sum(count => count.Test));
    }

    private static void VerifyTags(Experiment experiment, DatasetManifest dataset)
    {
        if (dataset.Tags.Count < 2)
        {
            var found = dataset.Tags.Count == 0 ? "no tags" : $"one tag only, '{dataset.Tags[0]}'";
            throw new PipelineException($"The dataset '{dataset.Dataset}' has {found}; valid are two or more, in JSON lines with tokens and tags.");
        }

        var most = experiment.FineTuning.Labels.Max();
        if (most > dataset.Summary.Train)
        {
            throw new PipelineException($"fineTuning.labels goes up to {most} and the dataset '{dataset.Dataset}' has {dataset.Summary.Train} training samples; valid are counts up to {dataset.Summary.Train}.");
        }
    }

    private static void Require(DatasetManifest dataset, string split, long samples, long labelled)
    {
        if (labelled == 0)
        {
            // A split that the data brings stays whole, whatever the shares.
            var advice = samples == 0
                ? $"More labels, or a larger {split} share in the experiment's split, give some."
                : $"None of its {samples} {split} samples has a label: give them some, or use them without, and take the {split} split from labelled ones, by naming the other splits alone in the experiment, such as 'splits: {{ train: train }}'.";
            throw new PipelineException($"The dataset '{dataset.Dataset}' has no labelled {split} samples; valid is one at least. {advice}");
        }
    }
}
