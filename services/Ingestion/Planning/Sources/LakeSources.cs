using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>Finds out in which layout a folder is.</summary>
public static class LakeSources
{
    /// <summary>What a source must be, for errors.</summary>
    /// <param name="modality">One of <see cref="Modalities"/>.</param>
    public static string ValidOf(string modality) => Modalities.IsSequence(modality)
        ? $"It must be a folder with {ModalityWords.Of(modality).Valid}: a folder for each class, or labels.csv (file,label) or "
            + "labels.jsonl "
            + "beside the files, or a label in each record, or no labels, or zips and tars of such files."
        : "It must be a folder of images: a folder for each class, or labels.csv (file,label) or labels.jsonl beside the files, or files "
            + "without labels, or zips, tars, Parquet and Arrow files of images, or IDX files (train-images-idx3-ubyte[.gz]).";

    /// <param name="experiment">Says what the files are read as, and what of labels and splits is not to be guessed.</param>
    /// <exception cref="PipelineException">There is no such folder, or none of the layouts fits.</exception>
    public static async Task<ILakeSource> OpenAsync(
        ILakeFolder folder, KnownFiles known, IngestionOptions options, Experiment experiment, CancellationToken cancellation = default)
    {
        var modality = experiment.Modality;
        switch (await folder.StateAsync(cancellation))
        {
            case LakeFolderState.Missing:
                throw new PipelineException($"There is no folder '{folder.Name}'. {ValidOf(modality)}");
            case LakeFolderState.File:
                throw new PipelineException($"'{folder.Name}' is a file. {ValidOf(modality)}");
        }

        if (!Modalities.IsSequence(modality) && await IdxSource.FindAsync(folder, cancellation) is { } idx)
            return idx;

        var rules = LayoutRules.Of(experiment);
        var folders = await FolderLabels.ReadAsync(folder, rules, LakeContents.Of(modality), cancellation);
        var table = await LabelTable.FindAsync(folder, folders.TableFolders, experiment.Labels, options.MaxLineBytes, cancellation);
        IFileLabels labels = table is null ? folders.Certain() : new TableInFolders(table, folders);
        return new FilesSource(folder, labels, rules, known, options, modality);
    }
}
