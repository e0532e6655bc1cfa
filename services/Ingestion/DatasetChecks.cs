using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;

namespace Pipeline.Ingestion;

/// <summary>Whether an experiment can be answered with a dataset version: found out before anything is trained.</summary>
public sealed class DatasetChecks(IArtifactStore store)
{
    /// <exception cref="PipelineException">It cannot.</exception>
    public async Task VerifyAsync(Experiment experiment, DatasetManifest dataset, CancellationToken cancellation)
    {
        if (dataset.Classes.Count < 2)
        {
            throw new PipelineException(dataset.Classes.Count == 0
                ? $"The dataset '{dataset.Dataset}' has no labels. Valid are at least two classes: one folder per class, or a labels.csv."
                : $"The dataset '{dataset.Dataset}' has one class only, '{dataset.Classes[0]}'. Valid are at least two: one folder per class, or a labels.csv.");
        }

        var wanted = experiment.FineTuning.Labels.Max();
        var training = await LabelledAsync(dataset, Split.Train, cancellation);
        if (training < wanted)
        {
            throw new PipelineException($"fineTuning.labels asks for {wanted} labels, but the training split of '{dataset.Dataset}' has {training}. Valid are label counts up to {training}.");
        }

        foreach (var split in (Split[])[Split.Validation, Split.Test])
        {
            if (await LabelledAsync(dataset, split, cancellation) == 0)
            {
                throw new PipelineException($"The {split.ToString().ToLowerInvariant()} split of '{dataset.Dataset}' has no labelled sample. Valid is at least one; more labels or a larger split.{split.ToString().ToLowerInvariant()} may help.");
            }
        }
    }

    private async Task<int> LabelledAsync(DatasetManifest dataset, Split split, CancellationToken cancellation)
    {
        var labelled = 0;
        foreach (var shard in dataset.Shards.Where(shard => shard.Split == split))
        {
            using var file = SafetensorsFile.Open(await store.MaterializeAsync(shard.File, cancellation));
            foreach (var label in file.Read<int>("label"))
            {
                labelled += label >= 0 ? 1 : 0;
            }
        }

        return labelled;
    }
}
