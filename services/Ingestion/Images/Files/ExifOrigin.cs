using System.Buffers.Binary;
using SkiaSharp;

namespace Pipeline.Ingestion.Images.Files;

/// <summary>How the camera was held: tag 0x0112 in the first directory of an EXIF block.</summary>
internal static class ExifOrigin
{
    private const int EntryBytes = 12;
    private const ushort OrientationTag = 0x0112;
    private const ushort Short = 3;

    private const int PrefixBytes = 6;
    private const int TiffHeaderBytes = 8;

    private static ReadOnlySpan<byte> Prefix => "Exif\0"u8;

    /// <param name="segment">Of a JPEG's APP1 marker, which may hold something else.</param>
    /// <returns>The top left where nothing valid is said.</returns>
    public static SKEncodedOrigin OfSegment(ReadOnlySpan<byte> segment) =>
        segment.Length > PrefixBytes && segment.StartsWith(Prefix) ? OfTiff(segment[PrefixBytes..]) : SKEncodedOrigin.TopLeft;

    /// <param name="chunk">The body of a PNG's eXIf chunk. Some programs write the prefix of a JPEG's segment there, which the specification does not have and Pillow passes over.</param>
    /// <inheritdoc cref="OfSegment" path="/returns"/>
    public static SKEncodedOrigin OfChunk(ReadOnlySpan<byte> chunk) => chunk.StartsWith(Prefix) ? OfSegment(chunk) : OfTiff(chunk);

    private static SKEncodedOrigin OfTiff(ReadOnlySpan<byte> tiff)
    {
        var little = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < TiffHeaderBytes || (!little && !tiff.StartsWith("MM\0*"u8)))
        {
            return SKEncodedOrigin.TopLeft;
        }

        var directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return SKEncodedOrigin.TopLeft;
        }

        var entries = tiff[(int)directory..];
        var count = Number(entries, little);
        for (var at = 2; count > 0 && at + EntryBytes <= entries.Length; count--, at += EntryBytes)
        {
            if (Number(entries[at..], little) == OrientationTag && Number(entries[(at + 2)..], little) == Short && IsOne(entries.Slice(at + 4, 4), little))
            {
                var value = Number(entries[(at + 8)..], little);
                return value is >= 1 and <= 8 ? (SKEncodedOrigin)value : SKEncodedOrigin.TopLeft;
            }
        }

        return SKEncodedOrigin.TopLeft;
    }

    // What has more than two values lies elsewhere, and its place is here.
    private static bool IsOne(ReadOnlySpan<byte> bytes, bool little) => (little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes)) == 1;

    private static ushort Number(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
