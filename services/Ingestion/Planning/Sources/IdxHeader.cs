using System.Buffers.Binary;

namespace Pipeline.Ingestion.Planning.Sources;

/// <summary>The start of an IDX file of unsigned bytes (LeCun, Cortes, Burges, <i>The MNIST database</i>): a magic number, then big-endian
/// sizes.</summary>
/// <param name="Sizes">[N, H, W] for images, [N] for labels.</param>
public sealed record IdxHeader(IReadOnlyList<int> Sizes)
{
    private const byte UnsignedBytes = 8;

    /// <summary>Of the header itself.</summary>
    public static int BytesOf(int dimensions) => 4 + (4 * dimensions);

    public int Items => Sizes[0];

    /// <summary>Of one item.</summary>
    public long ItemBytes => Sizes.Skip(1).Aggregate(1L, (product, size) => product * size);

    public long FileBytes => BytesOf(Sizes.Count) + (Items * ItemBytes);

    /// <param name="file">Named in the error.</param>
    /// <exception cref="PipelineException">It is not an IDX file of unsigned bytes with that many dimensions, or it is empty.</exception>
    public static async Task<IdxHeader> ReadAsync(Stream stream, int dimensions, string file, CancellationToken cancellation)
    {
        var bytes = new byte[BytesOf(dimensions)];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        if (read < bytes.Length || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != UnsignedBytes || bytes[3] != dimensions)
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
