using System.Buffers;

namespace Pipeline.Ingestion;

/// <summary>
/// Buffers of megabytes that are made again and again, one for each that is in use at a time. The shared pool would keep one for each thread that ever gave one back, and as arrays
/// of their own they would lie about until the whole heap is collected.
/// </summary>
internal static class LargeBuffers
{
    /// <summary>Bytes; longer ones, and more at a time, are made and left to the collector.</summary>
    private const int Longest = 1 << 30, MostOfALength = 64;

    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(Longest, MostOfALength);
}
