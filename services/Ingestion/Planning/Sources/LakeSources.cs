using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>Finds out in which layout a folder is, and reads it.</summary>
public static class LakeSources
{
    /// <summary>What a source must be, for errors.</summary>
    /// <param name="modality">One of <see cref="Modalities"/>.</param>
    public static string ValidOf(string modality) => Modalities.IsSequence(modality)
        ? $"It must be a folder with {ModalityWords.Of(modality).Valid}: a folder for each class, or labels.csv (file,label) or "
            + "labels.jsonl beside the files, or a label in each record, or no labels, or zips and tars of such files."
        : "It must be a folder of images: a folder for each class, or labels.csv (file,label) or labels.jsonl beside the files, or files "
            + "without labels, or zips, tars, Parquet and Arrow files of images, or IDX files (train-images-idx3-ubyte[.gz]).";

    /// <summary>Reads every file that the dataset depends on, once.</summary>
    /// <param name="experiment">Says what the files are read as, and fixes what is otherwise guessed of labels and splits.</param>
    /// <param name="newFiles">Takes new files as they are read; IDX files are never taken.</param>
    /// <param name="progress">Takes how many files have been read.</param>
    /// <exception cref="PipelineException">There is no such folder, none of the layouts fits, or nothing in it can be used.</exception>
    public static async Task<ISourceListing> ReadAsync(
        ILakeFolder folder,
        KnownFiles known,
        IngestionOptions options,
        Experiment experiment,
        INewFiles newFiles,
        IProgress<long>? progress = null,
        CancellationToken cancellation = default)
    {
        var modality = experiment.Modality;
        switch (await folder.StateAsync(cancellation))
        {
            case LakeFolderState.Missing:
                throw new PipelineException($"There is no folder '{folder.Name}'. {ValidOf(modality)}");
            case LakeFolderState.File:
                throw new PipelineException($"'{folder.Name}' is a file. {ValidOf(modality)}");
        }

        if (!Modalities.IsSequence(modality) && await IdxListing.FindAsync(folder, cancellation) is { } idx)
            return idx;

        var rules = LayoutRules.Of(experiment);
        var folders = await FolderLabels.ReadAsync(folder, rules, LakeContents.Of(modality), cancellation);
        var table = await LabelTable.FindAsync(folder, folders.TableFolders, experiment.Labels, options.MaxLineBytes, cancellation);
        IFileLabels labels = table is null ? folders.Certain() : new TableInFolders(table, folders);
        return await new FilesSource(folder, labels, rules, known, options, modality).ReadAsync(newFiles, progress, cancellation);
    }
}
