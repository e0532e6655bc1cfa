using System.Buffers.Binary;
using System.IO.Compression;
using Pipeline.Artifacts;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>IDX files as MNIST and its kin come: <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c> and, as a test split,
/// <c>t10k-…</c>; each plain or with <c>.gz</c>, the plain one first. Label files are optional. Class names are the lines of classes.txt
/// or labels.txt, else the numbers. Files are unpacked into the store once, so that each chunk reads its own range.</summary>
/// <param name="names">The file with the class names; null where there is none.</param>
internal sealed class IdxListing(ILakeFolder folder, IReadOnlyList<IdxSet> sets, string? names, string fingerprint) : ISourceListing
{
    public string Layout => "idx";
    public string Fingerprint => fingerprint;
    public MadeParts Made => MadeParts.None;

    /// <returns>Null where there are no such files.</returns>
    /// <exception cref="PipelineException">There is a test set and no training set.</exception>
    public static async Task<IdxListing?> FindAsync(ILakeFolder folder, CancellationToken cancellation)
    {
        var train = await SetAsync("train", null);
        var test = await SetAsync("t10k", Split.Test);
        if (train is null)
        {
            return test is null ? null : throw new PipelineException(
                $"'{folder.Name}' has '{test.Images}' and no training images; 'train-images-idx3-ubyte' or 'train-images-idx3-ubyte.gz' "
                    + "must lie beside it.");
        }

        IdxSet[] sets = test is null ? [train] : [train, test];
        var names = await FirstAsync("classes.txt", "labels.txt");
        using var fingerprint = new Fingerprint();
        var files = sets.SelectMany(set => new[] { set.Images, set.Labels }).Append(names).OfType<string>();
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var (bytes, sha256) = await Lake.Places.Fingerprint.OfFileAsync(folder, file, cancellation);
            fingerprint.Add(file, bytes, sha256);
        }

        return new IdxListing(folder, sets, names, fingerprint.Finish());

        async Task<IdxSet?> SetAsync(string set, Split? split) => await FileAsync($"{set}-images-idx3-ubyte") is { } images
            ? new IdxSet(images, await FileAsync($"{set}-labels-idx1-ubyte"), split)
            : null;

        Task<string?> FileAsync(string name) => FirstAsync(name, name + ".gz");

        async Task<string?> FirstAsync(string file, string other) =>
            await folder.HasFileAsync(file, cancellation) ? file : await folder.HasFileAsync(other, cancellation) ? other : null;
    }

    public async Task<ImportPlan> CutAsync(
        IArtifactStore store, ImportPlan plan, ChunkLimits limits, PartNames parts, CancellationToken cancellation = default)
    {
        var unpacked = new List<(IdxSet Set, ArtifactReference Images, ArtifactReference? Labels, IdxHeader Header)>();
        var highest = -1;
        foreach (var set in sets)
        {
            var (images, header) = await UnpackAsync(store, plan.Root, set.Images, dimensions: 3, cancellation);
            var (labels, label) = await LabelsAsync(store, plan.Root, set, header.Items, cancellation);
            unpacked.Add((set, images, labels, header));
            highest = Math.Max(highest, label);
        }

        var classes = await ClassesAsync(highest, cancellation);
        var chunks = new List<PlannedChunk>();
        var first = 0;
        foreach (var ((file, _, split), images, labels, header) in unpacked)
        {
            var most = (int)Math.Clamp(limits.Bytes / header.ItemBytes, 1, limits.MostItems);
            for (var start = 0; start < header.Items; start += most)
            {
                var items = Math.Min(most, header.Items - start);
                var part = parts.Of(new { file, images = images.Digest, labels = labels?.Digest, classes, start, items, split });
                chunks.Add(new IdxChunk(first, items, part)
                {
                    Archive = file,
                    Images = images,
                    Labels = labels,
                    Start = start,
                    Height = header.Sizes[1],
                    Width = header.Sizes[2],
                    Split = split,
                });
                first += items;
            }
        }

        return plan with { Chunks = chunks, Classes = classes, Supplied = [.. sets.Select(set => set.Split).OfType<Split>()] };
    }

    public void Dispose()
    {
    }

    /// <returns>The highest is −1 where there are no labels.</returns>
    private async Task<(ArtifactReference? File, int Highest)> LabelsAsync(
        IArtifactStore store, string root, IdxSet set, int images, CancellationToken cancellation)
    {
        if (set.Labels is not { } file)
            return (null, -1);

        var (labels, header) = await UnpackAsync(store, root, file, dimensions: 1, cancellation);
        if (header.Items != images)
        {
            throw new PipelineException(
                $"'{folder.NameOf(file)}' has {header.Items} labels for the {images} images of '{set.Images}'; there must be a label for "
                    + "each image, or no label file.");
        }

        await using var stream = await store.OpenReadAsync(labels.Key, cancellation);
        var bytes = new byte[labels.Bytes];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return (labels, bytes.Skip(IdxHeader.BytesOf(dimensions: 1)).Max());
    }

    private async Task<(ArtifactReference File, IdxHeader Header)> UnpackAsync(
        IArtifactStore store, string root, string file, int dimensions, CancellationToken cancellation)
    {
        var name = folder.NameOf(file);
        try
        {
            IdxHeader header;
            await using (var start = await OpenUnpackedAsync(file, cancellation))
                header = await IdxHeader.ReadAsync(start, dimensions, name, cancellation);

            await using var stream = await OpenUnpackedAsync(file, cancellation);
            var put = await store.CreateAsync($"{root}/idx/{Path.GetFileNameWithoutExtension(file)}", stream.CopyToAsync, cancellation);
            return put.Reference.Bytes == header.FileBytes
                ? (put.Reference, header)
                : throw new PipelineException(
                    $"'{name}' has {put.Reference.Bytes} bytes, unpacked; its header says {header.FileBytes}. It is cut short, or not an "
                        + "IDX file.");
        }
        catch (InvalidDataException error)
        {
            throw new PipelineException($"'{name}' is no gzip file, or a damaged one: {error.Message}", error);
        }
    }

    private async Task<Stream> OpenUnpackedAsync(string file, CancellationToken cancellation)
    {
        var stream = await folder.OpenReadAsync(file, cancellation);
        return file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    private async Task<IReadOnlyList<string>> ClassesAsync(int highest, CancellationToken cancellation)
    {
        if (names is null)
            return [.. Enumerable.Range(0, highest + 1).Select(label => $"{label}")];

        using var text = new StreamReader(await folder.OpenReadAsync(names, cancellation));
        var lines = (await text.ReadToEndAsync(cancellation)).TrimEnd().Split('\n').Select(name => name.Trim()).ToList();
        if (lines.Distinct(StringComparer.Ordinal).Count() < lines.Count || lines.Contains(""))
        {
            throw new PipelineException(
                $"'{folder.NameOf(names)}' has an empty line, or the same name twice; each line must have a name of its own.");
        }

        return highest < 0 ? []
            : highest < lines.Count ? lines
            : throw new PipelineException(
                $"'{folder.NameOf(names)}' has {lines.Count} names and the labels go up to {highest}; there must be a line with a name for "
                    + $"each of 0 to {highest}.");
    }
}

/// <param name="Labels">Null where there are none.</param>
/// <param name="Split">Null for the training set, which is divided.</param>
internal sealed record IdxSet(string Images, string? Labels, Split? Split);

/// <summary>The start of an IDX file of unsigned bytes (LeCun, Cortes, Burges, <i>The MNIST database</i>): a magic number, then big-endian
/// sizes.</summary>
/// <param name="Sizes">[N, H, W] for images, [N] for labels.</param>
public sealed record IdxHeader(IReadOnlyList<int> Sizes)
{
    private const byte UnsignedBytes = 8;

    public int Items => Sizes[0];
    public long ItemBytes => Sizes.Skip(1).Aggregate(1L, (product, size) => product * size);
    public long FileBytes => BytesOf(Sizes.Count) + (Items * ItemBytes);

    public static int BytesOf(int dimensions) => 4 + (4 * dimensions);

    /// <param name="file">Named in the error.</param>
    /// <exception cref="PipelineException">It is not an IDX file of unsigned bytes with that many dimensions, or it is empty.</exception>
    public static async Task<IdxHeader> ReadAsync(Stream stream, int dimensions, string file, CancellationToken cancellation)
    {
        var bytes = new byte[BytesOf(dimensions)];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        if (read < bytes.Length || !bytes.AsSpan(0, 4).SequenceEqual((ReadOnlySpan<byte>)[0, 0, UnsignedBytes, (byte)dimensions]))
        {
            var start = Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(read, 4)));
            throw new PipelineException(
                $"'{file}' is not an IDX file of {dimensions} dimensions: it begins with {start}; it must begin with "
                    + $"00000{UnsignedBytes}0{dimensions}.");
        }

        var sizes = Enumerable.Range(0, dimensions).Select(i => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 + (4 * i)))).ToList();
        return sizes.TrueForAll(size => size > 0)
            ? new IdxHeader(sizes)
            : throw new PipelineException($"'{file}' has the sizes {string.Join(" × ", sizes)}; sizes must be above 0.");
    }
}
