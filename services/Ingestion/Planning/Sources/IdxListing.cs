using System.IO.Compression;
using Pipeline.Artifacts;
using Pipeline.Lake.Places;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>IDX files as they were read. They are unpacked into the store once, so that each chunk reads its own range.</summary>
/// <param name="names">The file with the class names; null where there is none.</param>
internal sealed class IdxListing(ILakeFolder folder, IReadOnlyList<IdxSet> sets, string? names, string fingerprint) : ISourceListing
{
    public string Layout => "idx";

    public string Fingerprint => fingerprint;

    public MadeParts Made => MadeParts.None;

    public async Task<SourcePlan> CutAsync(
        IArtifactStore store, string root, ChunkLimits limits, PartNames parts, CancellationToken cancellation = default)
    {
        var (unpacked, highest) = (new List<UnpackedSet>(), -1);
        foreach (var set in sets)
        {
            unpacked.Add(await UnpackAsync(store, root, set, cancellation));
            highest = Math.Max(highest, await HighestLabelAsync(store, unpacked[^1].Labels, cancellation));
        }

        var classes = await ClassesAsync(highest, cancellation);
        var chunks = new List<PlannedChunk>();
        var first = 0;
        foreach (var (file, images, labels, header, split) in unpacked)
        {
            var most = (int)Math.Clamp(limits.Bytes / header.ItemBytes, 1, limits.MostItems);
            for (var start = 0; start < header.Items; start += most)
            {
                var items = Math.Min(most, header.Items - start);
                var part = parts.Of(new { file, images = images.Digest, labels = labels?.Digest, classes, start, items, split });
                chunks.Add(new IdxChunk(first, items, part, file, images, labels, start, header.Sizes[1], header.Sizes[2], split));
                first += items;
            }
        }

        return new SourcePlan(chunks, classes, [.. sets.Select(set => set.Split).OfType<Split>()], [], []);
    }

    public void Dispose()
    {
    }

    private async Task<UnpackedSet> UnpackAsync(IArtifactStore store, string root, IdxSet set, CancellationToken cancellation)
    {
        var (images, header) = await UnpackAsync(store, root, set.Images, dimensions: 3, cancellation);
        if (set.Labels is not { } file)
            return new UnpackedSet(set.Images, images, null, header, set.Split);

        var (labels, ofLabels) = await UnpackAsync(store, root, file, dimensions: 1, cancellation);
        return ofLabels.Items == header.Items
            ? new UnpackedSet(set.Images, images, labels, header, set.Split)
            : throw new PipelineException(
                $"'{folder.NameOf(file)}' has {ofLabels.Items} labels for the {header.Items} images of '{set.Images}'; there must be a "
                    + "label for each image, or no label file.");
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

    /// <returns>−1 where there are no labels.</returns>
    private static async Task<int> HighestLabelAsync(IArtifactStore store, ArtifactReference? labels, CancellationToken cancellation)
    {
        if (labels is null)
            return -1;

        await using var stream = await store.OpenReadAsync(labels.Key, cancellation);
        var bytes = new byte[labels.Bytes];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return bytes.AsSpan(IdxHeader.BytesOf(dimensions: 1)).ToArray().Max();
    }

    private async Task<IReadOnlyList<string>> ClassesAsync(int highest, CancellationToken cancellation)
    {
        var named = names is null ? null : await NamesAsync(names, cancellation);
        if (highest < 0)
            return [];

        return named is null ? [.. Enumerable.Range(0, highest + 1).Select(label => $"{label}")]
            : highest < named.Count ? named
            : throw new PipelineException(
                $"'{folder.NameOf(names!)}' has {named.Count} names and the labels go up to {highest}; there must be a line with a name "
                    + $"for each of 0 to {highest}.");
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string file, CancellationToken cancellation)
    {
        using var text = new StreamReader(await folder.OpenReadAsync(file, cancellation));
        var lines = (await text.ReadToEndAsync(cancellation)).TrimEnd().Split('\n').Select(name => name.Trim()).ToList();
        return lines.Distinct(StringComparer.Ordinal).Count() == lines.Count && !lines.Contains("")
            ? lines
            : throw new PipelineException(
                $"'{folder.NameOf(file)}' has an empty line, or the same name twice; each line must have a name of its own.");
    }

    private sealed record UnpackedSet(string File, ArtifactReference Images, ArtifactReference? Labels, IdxHeader Header, Split? Split);
}
