using Pipeline.Contracts;

namespace Pipeline.Ingestion;

/// <summary>Whether a dataset version can answer an experiment.</summary>
public static class DatasetChecks
{
    /// <exception cref="PipelineException">It has too few classes or labels.</exception>
    public static void Verify(Experiment experiment, DatasetManifest dataset)
    {
        if (dataset.Classes.Count < 2)
        {
            var found = dataset.Classes.Count == 0 ? "no labels" : $"one class only, '{dataset.Classes[0]}'";
            throw new PipelineException($"The dataset '{dataset.Dataset}' has {found}; valid are two or more: a folder for each class, or a labels.csv that says the labels.");
        }

        var most = experiment.FineTuning.Labels.Max();
        var train = dataset.ClassCounts.Sum(count => count.Train);
        if (most > train)
        {
            throw new PipelineException($"fineTuning.labels goes up to {most} and the dataset '{dataset.Dataset}' has {train} labelled training samples; valid are counts up to {train}.");
        }

        Require(dataset, "validation", dataset.ClassCounts.Sum(count => count.Validation));
        Require(dataset, "test", dataset.ClassCounts.Sum(count => count.Test));
    }

    private static void Require(DatasetManifest dataset, string split, long labelled)
    {
        if (labelled == 0)
        {
            throw new PipelineException($"The dataset '{dataset.Dataset}' has no labelled {split} samples; valid is one at least. More labels, or a larger {split} share in the experiment's split, give some.");
        }
    }
}
