using System.Text.Json.Serialization;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Decoding;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>A folder of the lake in one of the layouts that ingestion knows.</summary>
public interface ILakeSource : IDisposable
{
    /// <summary>Such as <c>files</c> or <c>idx</c>.</summary>
    string Layout { get; }

    /// <summary>Whether its items are image files, which are decoded; else they are pixels.</summary>
    bool HasFiles { get; }

    /// <summary>
    /// Reads every file that the dataset depends on, once. SHA-256 over the sorted (path, length, SHA-256 of the bytes): equal content in equal files
    /// gives an equal fingerprint, wherever the folder lies.
    /// </summary>
    /// <param name="eager">Takes files as they are read; null where they are left to who imports them. IDX files always are.</param>
    /// <exception cref="PipelineException">Nothing in the folder can be used.</exception>
    Task<string> FingerprintAsync(EagerImport? eager = null, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default);

    /// <summary>Cuts what was fingerprinted into chunks, and leaves what importers need beside the folder itself in the store, below <paramref name="root"/>.</summary>
    Task<SourcePlan> PlanAsync(IArtifactStore store, string root, ChunkLimits limits, PartNames parts, CancellationToken cancellation = default);
}

/// <param name="Items">Most items in a chunk; where it ends, they say themselves, between a quarter and all of that.</param>
/// <param name="Bytes">Most bytes of source and of decoded pixels.</param>
/// <param name="ImageBytes">Of one decoded image; 0 for sequences.</param>
public sealed record ChunkLimits(int Items, long Bytes, long ImageBytes)
{
    /// <summary>Items whose decoded pixels fit.</summary>
    public int MostItems => ImageBytes == 0 ? Items : (int)Math.Clamp(Bytes / ImageBytes, 1, Items);
}

/// <param name="Classes">Label names.</param>
/// <param name="Supplied">The splits that the source brings itself.</param>
/// <param name="Rejections">About labels; files are rejected when they are decoded.</param>
/// <param name="Findings">About files and labels.</param>
public sealed record SourcePlan(
    IReadOnlyList<PlannedChunk> Chunks, IReadOnlyList<string> Classes, IReadOnlyList<Split> Supplied, IReadOnlyList<Rejection> Rejections, IReadOnlyList<Finding> Findings);

/// <summary>Finds out in which layout a folder is.</summary>
public static class LakeSources
{
    /// <summary>Says what would be valid.</summary>
    /// <param name="modality">One of <see cref="Modalities"/>.</param>
    public static string ValidOf(string modality) => Modalities.IsSequence(modality)
        ? $"Valid is a folder with {ModalityWords.Of(modality).Valid}: a folder for each class, or labels.csv (file,label) or labels.jsonl beside the files, or a label in each record, or no labels, or zips and tars of such files."
        : "Valid is a folder of images: a folder for each class, or labels.csv (file,label) or labels.jsonl beside the files, or files without labels, or zips, tars, Parquet and Arrow files of images, or IDX files (train-images-idx3-ubyte[.gz]).";

    /// <param name="experiment">Says what the files are read as, and what of labels and splits is not to be guessed.</param>
    /// <exception cref="PipelineException">There is no such folder, or none of the layouts fits.</exception>
    public static async Task<ILakeSource> OpenAsync(ILakeFolder folder, KnownFiles known, IngestionOptions options, Experiment experiment, CancellationToken cancellation = default)
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
        {
            return idx;
        }

        var rules = LayoutRules.Of(experiment);
        var folders = await FolderLabels.ReadAsync(folder, rules, LakeContents.Of(modality), cancellation);
        IFileLabels labels = await LabelTable.FindAsync(folder, folders.TableFolders, experiment.Labels, options.MaxLineBytes, cancellation) is { } table ? new TableInFolders(table, folders) : folders.Certain();
        return new FilesSource(folder, labels, rules, known, options, modality);
    }
}

/// <summary>One image or file of the source, as it was when the import was planned.</summary>
/// <param name="Path">Below the source's folder, with <c>/</c>; within an archive <c>archive!/member</c>, within a table <c>table!/row</c>, within IDX <c>file#number</c>.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its bytes, 64 hex digits; null where it cannot be read.</param>
/// <param name="Label">Null where there is none.</param>
/// <param name="Split">Null where the source leaves it open.</param>
/// <param name="Rejection">Why it is not even read; null where it is.</param>
/// <param name="Detail">Of the rejection.</param>
/// <param name="Offset">Where it starts in what the chunk has unpacked; null for a file of the lake.</param>
/// <param name="Container">What it is, where it holds images and is none.</param>
/// <param name="Lost">As <see cref="Rejection.Lost"/>.</param>
/// <param name="Table">The kind of table whose row it is, a text in UTF-8; null where it is none.</param>
public sealed record SourceItem(
    string Path,
    long Bytes,
    string? Sha256,
    string? Label,
    Split? Split,
    RejectionReason? Rejection = null,
    string? Detail = null,
    long? Offset = null,
    ContainerKind? Container = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Lost = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ContainerKind? Table = null);
