using System.Buffers.Binary;
using System.IO.Compression;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Ingestion.Decoding;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>
/// IDX files as MNIST and its kin come: <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c> and, as a test split, <c>t10k-…</c>; each plain
/// or with <c>.gz</c>, the plain one first. Label files may be missing. Class names are the lines of classes.txt or labels.txt, else the numbers.
/// The files are unpacked into the store once, so that each chunk reads its own range.
/// </summary>
public sealed class IdxSource : ILakeSource
{
    private const string Train = "train";
    private const string Test = "t10k";
    private static readonly string[] NameFiles = ["classes.txt", "labels.txt"];

    private readonly ILakeFolder _folder;
    private readonly IReadOnlyList<IdxSet> _sets;
    private readonly string? _names;

    private IdxSource(ILakeFolder folder, IReadOnlyList<IdxSet> sets, string? names) => (_folder, _sets, _names) = (folder, sets, names);

    public string Layout => "idx";

    public bool HasFiles => false;

    /// <returns>Null where there are no such files.</returns>
    /// <exception cref="PipelineException">There is a test set and no training set.</exception>
    public static async Task<IdxSource?> FindAsync(ILakeFolder folder, CancellationToken cancellation = default)
    {
        var train = await FindAsync(folder, ImagesName(Train), cancellation);
        var test = await FindAsync(folder, ImagesName(Test), cancellation);
        if (train is null)
        {
            return test is null
                ? null
                : throw new PipelineException($"'{folder.Name}' has '{test}' and no training images; valid is '{ImagesName(Train)}' or '{ImagesName(Train)}.gz' beside it.");
        }

        var sets = new List<IdxSet> { new(train, await FindAsync(folder, LabelsName(Train), cancellation), null) };
        if (test is not null)
        {
            sets.Add(new IdxSet(test, await FindAsync(folder, LabelsName(Test), cancellation), Split.Test));
        }

        return new IdxSource(folder, sets, await FirstAsync(folder, NameFiles, cancellation));
    }

    public async Task<string> FingerprintAsync(EagerImport? eager = null, IProgress<IngestionProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var fingerprint = new Fingerprint();
        var files = _sets.SelectMany(set => new[] { set.Images, set.Labels }).Append(_names).OfType<string>().Order(StringComparer.Ordinal).ToList();
        foreach (var file in files)
        {
            var (bytes, sha256) = await Fingerprint.OfFileAsync(_folder, file, cancellation);
            fingerprint.Add(file, bytes, sha256);
        }

        return fingerprint.Finish();
    }

    public async Task<SourcePlan> PlanAsync(IArtifactStore store, string root, ChunkLimits limits, PartNames parts, CancellationToken cancellation = default)
    {
        var names = _names is null ? null : await NamesAsync(_names, cancellation);
        var ranges = new List<(string File, ArtifactReference Images, ArtifactReference? Labels, int Start, int Items, IdxHeader Header, Split? Split)>();
        var used = new SortedSet<byte>();
        foreach (var (file, labelFile, split) in _sets)
        {
            var (images, header) = await UnpackAsync(store, root, file, dimensions: 3, cancellation);
            ArtifactReference? labels = null;
            if (labelFile is not null)
            {
                (labels, var labelHeader) = await UnpackAsync(store, root, labelFile, dimensions: 1, cancellation);
                if (labelHeader.Items != header.Items)
                {
                    throw new PipelineException($"'{_folder.NameOf(labelFile)}' has {labelHeader.Items} labels for the {header.Items} images of '{file}'; valid is a label for each image, or no label file.");
                }

                await using var stream = await store.OpenRangeAsync(labels.Key, labelHeader.Bytes, labelHeader.Items, cancellation);
                used.UnionWith(await ReadAllAsync(stream, cancellation));
            }

            var most = (int)Math.Clamp(limits.Bytes / header.ItemBytes, 1, limits.MostItems);
            for (var start = 0; start < header.Items; start += most)
            {
                var items = Math.Min(most, header.Items - start);
                ranges.Add((file, images, labels, start, items, header, split));
            }
        }

        var classes = Classes(names, used);
        var chunks = new List<PlannedChunk>();
        var first = 0;
        foreach (var (file, images, labels, start, items, header, split) in ranges)
        {
            var part = parts.Of(new { file, images = images.Digest, labels = labels?.Digest, classes, start, items, split });
            chunks.Add(new IdxChunk(first, items, part, file, images, labels, start, header.Sizes[1], header.Sizes[2], split));
            first += items;
        }

        return new SourcePlan(chunks, classes, [.. _sets.Select(set => set.Split).OfType<Split>()], [], []);
    }

    public void Dispose()
    {
    }

    private static string ImagesName(string set) => $"{set}-images-idx3-ubyte";

    private static string LabelsName(string set) => $"{set}-labels-idx1-ubyte";

    private static Task<string?> FindAsync(ILakeFolder folder, string name, CancellationToken cancellation) => FirstAsync(folder, [name, name + ".gz"], cancellation);

    private static async Task<string?> FirstAsync(ILakeFolder folder, IEnumerable<string> files, CancellationToken cancellation)
    {
        foreach (var file in files)
        {
            if (await folder.HasFileAsync(file, cancellation))
            {
                return file;
            }
        }

        return null;
    }

    private IReadOnlyList<string> Classes(IReadOnlyList<string>? names, SortedSet<byte> used)
    {
        if (used.Count == 0)
        {
            return [];
        }

        if (names is not null && used.Max >= names.Count)
        {
            throw new PipelineException($"'{_folder.NameOf(_names!)}' has {names.Count} names and the labels go up to {used.Max}; valid is a name a line for 0 to {used.Max}.");
        }

        return names ?? [.. Enumerable.Range(0, used.Max + 1).Select(label => $"{label}")];
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string file, CancellationToken cancellation)
    {
        using var text = new StreamReader(await _folder.OpenReadAsync(file, cancellation));
        var names = (await text.ReadToEndAsync(cancellation)).TrimEnd().Split('\n').Select(name => name.Trim()).ToList();
        return names.Distinct(StringComparer.Ordinal).Count() == names.Count && !names.Contains("")
            ? names
            : throw new PipelineException($"'{_folder.NameOf(file)}' has an empty line, or the same name twice; valid is another name on each line.");
    }

    private async Task<(ArtifactReference File, IdxHeader Header)> UnpackAsync(
        IArtifactStore store, string root, string file, int dimensions, CancellationToken cancellation)
    {
        var name = _folder.NameOf(file);
        try
        {
            IdxHeader header;
            await using (var start = await OpenUnpackedAsync(file, cancellation))
            {
                header = await IdxHeader.ReadAsync(start, dimensions, name, cancellation);
            }

            await using var stream = await OpenUnpackedAsync(file, cancellation);
            var put = await store.CreateAsync($"{root}/idx/{Path.GetFileNameWithoutExtension(file)}", stream.CopyToAsync, cancellation);
            return put.Reference.Bytes == header.FileBytes
                ? (put.Reference, header)
                : throw new PipelineException($"'{name}' has {put.Reference.Bytes} bytes, unpacked; its header says {header.FileBytes}. It is cut short, or not an IDX file.");
        }
        catch (InvalidDataException error)
        {
            throw new PipelineException($"'{name}' is no gzip file, or a damaged one: {error.Message}", error);
        }
    }

    private async Task<Stream> OpenUnpackedAsync(string file, CancellationToken cancellation)
    {
        var stream = await _folder.OpenReadAsync(file, cancellation);
        return file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, cancellation);
        return buffer.ToArray();
    }

    private sealed record IdxSet(string Images, string? Labels, Split? Split);
}

/// <summary>The start of an IDX file of unsigned bytes (LeCun, Cortes, Burges, <i>The MNIST database</i>): a magic number, then big-endian sizes.</summary>
/// <param name="Sizes">[N, H, W] for images, [N] for labels.</param>
public sealed record IdxHeader(IReadOnlyList<int> Sizes)
{
    private const byte UnsignedBytes = 8;

    /// <summary>Of the header itself.</summary>
    public int Bytes => 4 + (4 * Sizes.Count);

    public int Items => Sizes[0];

    /// <summary>Of one item.</summary>
    public long ItemBytes => Sizes.Skip(1).Aggregate(1L, (product, size) => product * size);

    public long FileBytes => Bytes + (Items * ItemBytes);

    /// <param name="file">Named in the error.</param>
    /// <exception cref="PipelineException">It is not an IDX file of unsigned bytes with that many dimensions, or it is empty.</exception>
    public static async Task<IdxHeader> ReadAsync(Stream stream, int dimensions, string file, CancellationToken cancellation)
    {
        var bytes = new byte[4 + (4 * dimensions)];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        if (read < bytes.Length || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != UnsignedBytes || bytes[3] != dimensions)
        {
            throw new PipelineException($"'{file}' is not an IDX file of {dimensions} dimensions: it begins with {Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(read, 4)))}; valid is 00000{UnsignedBytes}0{dimensions}.");
        }

        var sizes = Enumerable.Range(0, dimensions).Select(i => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 + (4 * i)))).ToList();
        return sizes.TrueForAll(size => size > 0)
            ? new IdxHeader(sizes)
            : throw new PipelineException($"'{file}' has the sizes {string.Join(" × ", sizes)}; valid are sizes above 0.");
    }
}
