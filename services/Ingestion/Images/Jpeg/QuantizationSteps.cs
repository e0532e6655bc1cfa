using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.Ingestion.Images.Files;

namespace Pipeline.Ingestion.Images.Jpeg;

/// <summary>What the coefficients were divided by (ITU-T T.81, B.2.4.1).</summary>
internal static class QuantizationSteps
{
    private const int Count = 64;

    /// <param name="tables">Four, each of eight rows of eight: those that the segment defines take their place.</param>
    public static void Read(ReadOnlySpan<byte> segment, Vector256<float>[][] tables)
    {
        while (!segment.IsEmpty)
        {
            var (bytes, number) = (1 + (segment[0] >> 4), segment[0] & 15);
            if (bytes > 2 || number >= tables.Length || segment.Length < 1 + (bytes * Count))
            {
                throw ImageHeader.Damaged("a quantization table that there cannot be");
            }

            var steps = new float[Count];
            for (var i = 0; i < Count; i++)
            {
                steps[BlockReader.Natural[i]] = bytes == 1 ? segment[1 + i] : BinaryPrimitives.ReadUInt16BigEndian(segment[(1 + (2 * i))..]);
            }

            tables[number] = MemoryMarshal.Cast<float, Vector256<float>>(steps.AsSpan()).ToArray();
            segment = segment[(1 + (bytes * Count))..];
        }
    }
}
