using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pipeline.Ingestion.Grouping;

/// <summary>SHA-256 of a sample's pixels, by value: 32 bytes in a table instead of an object for each sample.</summary>
public readonly record struct PixelDigest(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Its 32 bytes.</summary>
    public byte[] ToArray() => MemoryMarshal.AsBytes([this]).ToArray();

    /// <param name="bytes">32 of them.</param>
    public static PixelDigest Of(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<PixelDigest>(bytes[..SHA256.HashSizeInBytes]);
}
