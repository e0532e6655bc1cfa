using System.Buffers.Binary;
using SkiaSharp;

namespace Pipeline.Ingestion.Images.Files;

/// <summary>How the camera was held: tag 0x0112 in the first directory of a JPEG's EXIF block.</summary>
internal static class ExifOrigin
{
    private const int EntryBytes = 12;
    private const ushort OrientationTag = 0x0112;
    private const ushort Short = 3;

    /// <param name="segment">Of an APP1 marker, which may hold something else.</param>
    /// <returns>The top left where nothing valid is said.</returns>
    public static SKEncodedOrigin Read(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 14 || !segment.StartsWith("Exif\0"u8))
        {
            return SKEncodedOrigin.TopLeft;
        }

        var tiff = segment[6..];
        var little = tiff.StartsWith("II*\0"u8);
        if (!little && !tiff.StartsWith("MM\0*"u8))
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
            if (Number(entries[at..], little) == OrientationTag && Number(entries[(at + 2)..], little) == Short)
            {
                var value = Number(entries[(at + 8)..], little);
                return value is >= 1 and <= 8 ? (SKEncodedOrigin)value : SKEncodedOrigin.TopLeft;
            }
        }

        return SKEncodedOrigin.TopLeft;
    }

    private static ushort Number(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
