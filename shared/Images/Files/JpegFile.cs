using System.Buffers.Binary;
using SkiaSharp;

namespace Pipeline.Images.Files;

/// <summary>A JPEG from marker to marker (ITU-T T.81, annex B), as far as its end-of-image marker. What follows that is ignored.</summary>
internal static class JpegFile
{
    /// <summary>Real files have some ten; each scan of a progressive file goes over the whole picture, however few bytes it has.</summary>
    private const int MostScans = 100;

    private const byte Progressive = 0xC2;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte Application1 = 0xE1;

    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        ImageHeader? header = null;
        var (origin, progressive, blocks, scans, coded) = (SKEncodedOrigin.TopLeft, false, 0L, 0, 0L);
        var at = 2;
        while (true)
        {
            var start = at;
            var marker = NextMarker(file, ref at);
            if (scans > 0)
                coded += at - 2 - start;
            if (IsBare(marker))
                continue;
            if (marker == EndOfImage)
                break;
            if (marker == StartOfImage)
                throw ImageHeader.Damaged("an image begins within the image");

            var segment = Segment(file, ref at);
            if (IsFrame(marker))
            {
                progressive = marker == Progressive;
                header = header is null ? Frame(marker, segment, out blocks) : throw ImageHeader.Damaged("it has two frame headers");
            }
            else if (marker == StartOfScan)
            {
                scans = header is null ? throw ImageHeader.Damaged("its data come before its header") : scans + 1;
                if (scans > MostScans)
                    throw ImageHeader.Damaged($"more than {MostScans} scans");
            }
            else if (marker == Application1 && origin == SKEncodedOrigin.TopLeft)
            {
                origin = ExifOrigin.OfSegment(segment);
            }
        }

        if (header is not { } found || scans == 0)
            throw ImageHeader.Damaged("it ends before any picture data");

        var end = scans == 1 && !progressive ? at - 2 : 0;
        // Huffman codes have a bit at least, and each block one code at least.
        var shortage = coded * 8 >= blocks ? null : $"{coded} bytes cannot hold {found.Width}×{found.Height} pixels";
        return found with { Origin = origin, DataEnd = end, Shortage = shortage };
    }

    /// <summary>Skips picture data and what else is no marker, as decoders do.</summary>
    public static byte NextMarker(ReadOnlySpan<byte> file, scoped ref int at)
    {
        while (true)
        {
            var next = file[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= file.Length)
                throw ImageHeader.CutShort("there is no end-of-image marker");

            at += next + 1;
            if (file[at] is not 0 and not 0xFF)
                return file[at++];
        }
    }

    public static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> file, scoped ref int at)
    {
        if (at + 2 > file.Length)
            throw ImageHeader.CutShort("within a segment");

        var length = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
        if (length < 2)
            throw ImageHeader.Damaged($"a segment of {length} bytes");
        if (at + length > file.Length)
            throw ImageHeader.CutShort("within a segment");

        var segment = file.Slice(at + 2, length - 2);
        at += length;
        return segment;
    }

    /// <summary>Without a segment.</summary>
    public static bool IsBare(byte marker) => marker is 0x01 or (>= 0xD0 and <= 0xD7);

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC;

    /// <param name="blocks">Of 8×8 coefficients, in all channels.</param>
    private static ImageHeader Frame(byte marker, ReadOnlySpan<byte> segment, out long blocks)
    {
        if (marker > Progressive)
            throw ImageHeader.NotRead($"a JPEG of a rare kind (SOF{marker - 0xC0}: lossless, hierarchical or arithmetic)");
        if (segment.Length < 6 || segment.Length < 6 + (3 * segment[5]))
            throw ImageHeader.Damaged("its header is too short");
        if (segment[0] != 8)
            throw ImageHeader.NotRead($"a JPEG of {segment[0]} bits a value");

        var (height, width, channels) = (
            BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), segment[5]);
        if (width == 0 || height == 0 || channels is not (1 or 3 or 4))
            throw ImageHeader.Damaged($"its header says {width}×{height} pixels of {channels} channels");

        var (across, down) = (1, 1);
        for (var channel = 0; channel < channels; channel++)
        {
            var sampling = segment[7 + (3 * channel)];
            (across, down) = (Math.Max(across, sampling >> 4), Math.Max(down, sampling & 15));
        }

        blocks = 0;
        for (var channel = 0; channel < channels; channel++)
        {
            var sampling = segment[7 + (3 * channel)];
            blocks += Blocks(width, sampling >> 4, across) * Blocks(height, sampling & 15, down);
        }

        return new ImageHeader("jpeg", width, height, Channels: channels);
    }

    private static long Blocks(int pixels, int sampling, int most) => (((pixels * sampling) + most - 1) / most + 7) / 8;
}

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
    /// <returns>Top left if the segment names no valid orientation.</returns>
    public static SKEncodedOrigin OfSegment(ReadOnlySpan<byte> segment) =>
        segment.Length > PrefixBytes && segment.StartsWith(Prefix) ? OfTiff(segment[PrefixBytes..]) : SKEncodedOrigin.TopLeft;

    /// <param name="chunk">The body of a PNG's eXIf chunk. Some programs write the prefix of a JPEG's segment there, which the
    /// specification does not have and Pillow passes over.</param>
    /// <inheritdoc cref="OfSegment" path="/returns"/>
    public static SKEncodedOrigin OfChunk(ReadOnlySpan<byte> chunk) => chunk.StartsWith(Prefix) ? OfSegment(chunk) : OfTiff(chunk);

    private static SKEncodedOrigin OfTiff(ReadOnlySpan<byte> tiff)
    {
        var little = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < TiffHeaderBytes || (!little && !tiff.StartsWith("MM\0*"u8)))
            return SKEncodedOrigin.TopLeft;

        var directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
            return SKEncodedOrigin.TopLeft;

        var entries = tiff[(int)directory..];
        var count = Number(entries, little);
        for (var at = 2; count > 0 && at + EntryBytes <= entries.Length; count--, at += EntryBytes)
        {
            if (Number(entries[at..], little) == OrientationTag && Number(entries[(at + 2)..], little) == Short
                && IsOne(entries.Slice(at + 4, 4), little))
            {
                var value = Number(entries[(at + 8)..], little);
                return value is >= 1 and <= 8 ? (SKEncodedOrigin)value : SKEncodedOrigin.TopLeft;
            }
        }

        return SKEncodedOrigin.TopLeft;
    }

    // What has more than two values lies elsewhere, and its place is here.
    private static bool IsOne(ReadOnlySpan<byte> bytes, bool little) =>
        (little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes)) == 1;

    private static ushort Number(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
