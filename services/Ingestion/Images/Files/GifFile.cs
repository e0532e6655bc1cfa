using System.Buffers.Binary;

namespace Pipeline.Ingestion.Images.Files;

/// <summary>A GIF from block to block (GIF89a), as far as its trailer.</summary>
internal static class GifFile
{
    /// <summary>A code of 3 bits at least stands for a string of 4,096 pixels at most.</summary>
    private const int MostExpansion = 4096 * 8 / 3;

    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 13)
        {
            throw ImageHeader.CutShort("within its header");
        }

        if (!file.StartsWith("GIF87a"u8) && !file.StartsWith("GIF89a"u8))
        {
            throw ImageHeader.Damaged("its signature");
        }

        var (width, height) = ((int)BinaryPrimitives.ReadUInt16LittleEndian(file[6..]), (int)BinaryPrimitives.ReadUInt16LittleEndian(file[8..]));
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
                    {
                        throw ImageHeader.CutShort("within a frame's header");
                    }

                    var (left, top) = (BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 1)..]), BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 3)..]));
                    var (across, down) = (BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 5)..]), BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 7)..]));
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
                    return frames > 0 ? new ImageHeader("gif", width, height, Shortage: shortage) : throw ImageHeader.Damaged("it has no frame");
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
            {
                return at;
            }
        }
    }

    private static byte At(ReadOnlySpan<byte> file, int at, string where) => at < file.Length ? file[at] : throw ImageHeader.CutShort(where);
}
