using System.Buffers;

namespace Pipeline.Lake.Places;

/// <summary>Buffers for whole files. Small ones are pooled; larger ones are left to the collector, as the pool would keep them.</summary>
public static class FileBuffers
{
    private const int LargestPooled = 1 << 20;

    /// <summary>Not cleared.</summary>
    public static ArraySegment<byte> Rent(int bytes) =>
        new(bytes <= LargestPooled ? ArrayPool<byte>.Shared.Rent(bytes) : GC.AllocateUninitializedArray<byte>(bytes), 0, bytes);

    /// <returns>Whether the stream has exactly as many bytes.</returns>
    public static async Task<bool> FillAsync(ArraySegment<byte> buffer, Stream stream, CancellationToken cancellation)
    {
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Count, throwOnEndOfStream: false, cancellation);
        return read == buffer.Count && (stream.CanSeek ? stream.Length == read : await stream.ReadAsync(new byte[1], cancellation) == 0);
    }

    public static void Return(ArraySegment<byte> buffer)
    {
        if (buffer.Count <= LargestPooled)
            ArrayPool<byte>.Shared.Return(buffer.Array!);
    }
}
