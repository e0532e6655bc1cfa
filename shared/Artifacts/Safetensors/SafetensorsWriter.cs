using System.Buffers.Binary;
using System.Text.Json;

namespace Pipeline.Artifacts.Safetensors;

/// <summary>Writes safetensors files. Equal tensors and metadata give equal bytes, in whatever order they come: as in the reference
/// implementation, wider elements come first, then names in ordinal order. Data starts at a multiple of 64 bytes, so every element of a
/// mapped file is aligned.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 64;

    /// <param name="metadata">Written in ordinal order of the keys, besides <c>"format": "pt"</c>, without which transformers refuses a
    /// file.</param>
    /// <exception cref="ArgumentException">Two tensors of one name, or data that its shape does not hold.</exception>
    public static async Task WriteAsync(
        Stream stream, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellation = default)
    {
        var ordered = tensors.OrderByDescending(tensor => tensor.Type.Size()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToList();
        Check(ordered);
        await stream.WriteAsync(Header(ordered, metadata), cancellation);
        foreach (var tensor in ordered)
        {
            var written = 0L;
            await foreach (var piece in (tensor.Pieces ?? AsyncEnumerable.Repeat(tensor.Data, 1)).WithCancellation(cancellation))
            {
                await stream.WriteAsync(piece, cancellation);
                written += piece.Length;
            }

            if (written != tensor.Bytes)
                throw Wrong(tensor, written);
        }
    }

    private static ArgumentException Wrong(SafetensorsTensor tensor, long bytes) =>
        new($"'{tensor.Name}' has {bytes} bytes; {tensor.Type} [{string.Join(", ", tensor.Shape)}] has another length.");

    private static void Check(List<SafetensorsTensor> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
                throw new ArgumentException($"Two tensors are named '{tensor.Name}', or it is the name of the metadata.", nameof(tensors));
            if (tensor.Shape.Any(size => size < 0) || (tensor.Pieces is null && tensor.Bytes != tensor.Data.Length))
                throw Wrong(tensor, tensor.Data.Length);
        }
    }

    private static byte[] Header(List<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var entries = new OrderedDictionary<string, object>
        {
            [SafetensorsHeader.MetadataKey] =
                new SortedDictionary<string, string>(metadata?.ToDictionary() ?? [], StringComparer.Ordinal) { ["format"] = "pt" },
        };
        var offset = 0L;
        foreach (var tensor in tensors)
        {
            long[] offsets = [offset, offset += tensor.Bytes];
            entries.Add(tensor.Name, new { dtype = $"{tensor.Type}", shape = tensor.Shape, data_offsets = offsets });
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(entries);
        var length = (sizeof(ulong) + json.Length + Alignment - 1) / Alignment * Alignment;
        var header = new byte[length];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(header, length - sizeof(ulong));
        json.CopyTo(header.AsSpan(sizeof(ulong)));
        return header;
    }
}
