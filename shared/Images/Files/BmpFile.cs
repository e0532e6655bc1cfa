using System.Buffers.Binary;

namespace Pipeline.Images.Files;

/// <summary>A Windows bitmap: two headers, perhaps a palette, and rows of a known length, or runs.</summary>
internal static class BmpFile
{
    private const int FileHeader = 14;
    private const int CoreHeader = 12;
    private const int InfoHeader = 40;

    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < FileHeader + CoreHeader)
            throw ImageHeader.CutShort("within its header");

        var offset = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]);
        var header = BinaryPrimitives.ReadUInt32LittleEndian(file[FileHeader..]);
        if (header != CoreHeader && header is < InfoHeader or > 1024)
            throw ImageHeader.Damaged($"a header of {header} bytes");
        if (file.Length < FileHeader + header)
            throw ImageHeader.CutShort("within its header");

        var core = header == CoreHeader;
        long width = core ? BinaryPrimitives.ReadUInt16LittleEndian(file[18..]) : BinaryPrimitives.ReadInt32LittleEndian(file[18..]);
        long height = core ? BinaryPrimitives.ReadUInt16LittleEndian(file[20..]) : BinaryPrimitives.ReadInt32LittleEndian(file[22..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(file[(core ? 24 : 28)..]);
        var packing = core ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file[30..]);
        height = Math.Abs(height);
        if (width <= 0 || height is 0 or > int.MaxValue || bits is not (1 or 4 or 8 or 16 or 24 or 32))
            throw ImageHeader.Damaged($"its header says {width}×{height} pixels of {bits} bits");

        if (offset < FileHeader + header || offset > file.Length)
        {
            throw offset > file.Length
                ? ImageHeader.CutShort("before its pixels")
                : ImageHeader.Damaged($"its pixels begin at byte {offset}, within its header");
        }

        switch (packing)
        {
            case 0 or 3 or 6:
                var rowBytes = ((width * bits) + 31) / 32 * 4;
                if (rowBytes > (file.Length - offset) / height)
                    throw ImageHeader.CutShort($"{file.Length - offset} bytes of {(UInt128)rowBytes * (ulong)height} for its pixels");

                break;
            case 1 or 2:
                CheckRuns(file[(int)offset..], nibbles: packing == 2);
                break;
            default:
                throw ImageHeader.NotRead($"a bitmap with compression {packing}");
        }

        return new ImageHeader("bmp", (int)width, (int)height);
    }

    /// <summary>Runs must come to their end mark.</summary>
    private static void CheckRuns(ReadOnlySpan<byte> runs, bool nibbles)
    {
        var at = 0;
        while (at + 2 <= runs.Length)
        {
            var (count, value) = (runs[at], runs[at + 1]);
            at += 2;
            if (count == 0 && value == 1)
                return;

            if (count == 0 && value == 2)
            {
                at += 2;
            }
            else if (count == 0 && value > 2)
            {
                // Pixels as they are, padded to whole words.
                var bytes = nibbles ? (value + 1) / 2 : value;
                at += bytes + (bytes & 1);
            }
        }

        throw ImageHeader.CutShort("its runs have no end");
    }
}

/// <summary>A GIF from block to block (GIF89a), as far as its trailer.</summary>
internal static class GifFile
{
    /// <summary>A code of 3 bits at least stands for a string of 4,096 pixels at most.</summary>
    private const int MostExpansion = 4096 * 8 / 3;

    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 13)
            throw ImageHeader.CutShort("within its header");
        if (!file.StartsWith("GIF87a"u8) && !file.StartsWith("GIF89a"u8))
            throw ImageHeader.Damaged("its signature");

        var (width, height) = (Number(file, 6), Number(file, 8));
        var at = 13 + TableBytes(file[10]);
        var frames = 0;
        string? shortage = null;
        while (true)
        {
            switch (At(file, at, "there is no trailer"))
            {
                case 0x21:
                    at = Blocks(file, at + 2, out _);
                    break;
                case 0x2C:
                    if (at + 10 > file.Length)
                        throw ImageHeader.CutShort("within a frame's header");

                    var (left, top) = (Number(file, at + 1), Number(file, at + 3));
                    var (across, down) = (Number(file, at + 5), Number(file, at + 7));
                    at = Blocks(file, at + 10 + TableBytes(file[at + 9]) + 1, out var dataBytes);
                    if (frames++ == 0)
                    {
                        // The screen grows to the first frame, as in decoders.
                        (width, height) = (Math.Max(width, left + across), Math.Max(height, top + down));
                        shortage = across > 0 && down > 0 && (long)across * down <= (long)dataBytes * MostExpansion ? null
                            : $"{dataBytes} bytes cannot hold {across}×{down} pixels";
                    }

                    break;
                case 0x3B:
                    return frames > 0
                        ? new ImageHeader("gif", width, height, Shortage: shortage)
                        : throw ImageHeader.Damaged("it has no frame");
                default:
                    throw ImageHeader.Damaged($"a block of unknown kind {file[at]:X2}");
            }
        }
    }

    private static int TableBytes(byte flags) => (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));

    /// <summary>Blocks of up to 255 bytes, each after its length, until one of none.</summary>
    /// <returns>The place after them.</returns>
    private static int Blocks(ReadOnlySpan<byte> file, int at, out int bytes)
    {
        bytes = 0;
        while (true)
        {
            var length = At(file, at, "within a block");
            at += 1 + length;
            bytes += length;
            if (length == 0)
                return at;
        }
    }

    private static int Number(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file[at..]);

    private static byte At(ReadOnlySpan<byte> file, int at, string where) =>
        at < file.Length ? file[at] : throw ImageHeader.CutShort(where);
}
