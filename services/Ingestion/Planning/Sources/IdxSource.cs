using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>IDX files as MNIST and its kin come: <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c> and, as a test split,
/// <c>t10k-…</c>; each plain or with <c>.gz</c>, the plain one first. Label files may be missing. Class names are the lines of classes.txt
/// or labels.txt, else the numbers.</summary>
public sealed class IdxSource : ILakeSource
{
    private static readonly string[] NameFiles = ["classes.txt", "labels.txt"];

    private readonly ILakeFolder _folder;
    private readonly IReadOnlyList<IdxSet> _sets;
    private readonly string? _names;

    private IdxSource(ILakeFolder folder, IReadOnlyList<IdxSet> sets, string? names) => (_folder, _sets, _names) = (folder, sets, names);

    /// <returns>Null where there are no such files.</returns>
    /// <exception cref="PipelineException">There is a test set and no training set.</exception>
    public static async Task<IdxSource?> FindAsync(ILakeFolder folder, CancellationToken cancellation = default)
    {
        var train = await SetAsync(folder, "train", null, cancellation);
        var test = await SetAsync(folder, "t10k", Split.Test, cancellation);
        if (train is null && test is not null)
        {
            throw new PipelineException(
                $"'{folder.Name}' has '{test.Images}' and no training images; 'train-images-idx3-ubyte' or 'train-images-idx3-ubyte.gz' "
                    + "must lie beside it.");
        }

        return train is null
            ? null
            : new IdxSource(folder, [.. new[] { train, test }.OfType<IdxSet>()], await FirstAsync(folder, NameFiles, cancellation));
    }

    public async Task<ISourceListing> ReadAsync(
        INewFiles newFiles, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var fingerprint = new Fingerprint();
        var files = _sets.SelectMany(set => new[] { set.Images, set.Labels }).Append(_names).OfType<string>();
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var (bytes, sha256) = await Fingerprint.OfFileAsync(_folder, file, cancellation);
            fingerprint.Add(file, bytes, sha256);
        }

        return new IdxListing(_folder, _sets, _names, fingerprint.Finish());
    }

    private static async Task<IdxSet?> SetAsync(ILakeFolder folder, string set, Split? split, CancellationToken cancellation) =>
        await FileAsync(folder, $"{set}-images-idx3-ubyte", cancellation) is { } images
            ? new IdxSet(images, await FileAsync(folder, $"{set}-labels-idx1-ubyte", cancellation), split)
            : null;

    private static Task<string?> FileAsync(ILakeFolder folder, string name, CancellationToken cancellation) =>
        FirstAsync(folder, [name, name + ".gz"], cancellation);

    private static async Task<string?> FirstAsync(ILakeFolder folder, IEnumerable<string> files, CancellationToken cancellation)
    {
        foreach (var file in files)
        {
            if (await folder.HasFileAsync(file, cancellation))
                return file;
        }

        return null;
    }
}

/// <param name="Labels">Null where there are none.</param>
/// <param name="Split">Null for the training set, which is divided.</param>
internal sealed record IdxSet(string Images, string? Labels, Split? Split);
