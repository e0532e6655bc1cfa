using System.Buffers.Binary;

namespace Pipeline.Ingestion.Images.Files;

/// <summary>A Windows bitmap: two headers, perhaps a palette, and rows of a known length, or runs.</summary>
internal static class BmpFile
{
    private const int FileHeader = 14;
    private const int CoreHeader = 12;
    private const int InfoHeader = 40;

    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < FileHeader + CoreHeader)
        {
            throw ImageHeader.CutShort("within its header");
        }

        var offset = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]);
        var header = BinaryPrimitives.ReadUInt32LittleEndian(file[FileHeader..]);
        if (header != CoreHeader && header is < InfoHeader or > 1024)
        {
            throw ImageHeader.Damaged($"a header of {header} bytes");
        }

        if (file.Length < FileHeader + header)
        {
            throw ImageHeader.CutShort("within its header");
        }

        var core = header == CoreHeader;
        long width = core ? BinaryPrimitives.ReadUInt16LittleEndian(file[18..]) : BinaryPrimitives.ReadInt32LittleEndian(file[18..]);
        long height = core ? BinaryPrimitives.ReadUInt16LittleEndian(file[20..]) : BinaryPrimitives.ReadInt32LittleEndian(file[22..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(file[(core ? 24 : 28)..]);
        var packing = core ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file[30..]);
        height = Math.Abs(height);
        if (width <= 0 || height is 0 or > int.MaxValue || bits is not (1 or 4 or 8 or 16 or 24 or 32))
        {
            throw ImageHeader.Damaged($"its header says {width}×{height} pixels of {bits} bits");
        }

        if (offset < FileHeader + header || offset > file.Length)
        {
            throw offset > file.Length ? ImageHeader.CutShort("before its pixels") : ImageHeader.Damaged($"its pixels begin at byte {offset}, within its header");
        }

        switch (packing)
        {
            case 0 or 3 or 6:
                var rowBytes = ((width * bits) + 31) / 32 * 4;
                if (rowBytes > (file.Length - offset) / height)
                {
                    throw ImageHeader.CutShort($"{file.Length - offset} bytes of {(UInt128)rowBytes * (ulong)height} for its pixels");
                }

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
            {
                return;
            }

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
