using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using SkiaSharp;

namespace Pipeline.Images.Files;

/// <summary>A PNG from chunk to chunk (ISO/IEC 15948, and W3C's third edition), as far as IEND. Checks the sums of the chunks that make the
/// picture.</summary>
internal static class PngFile
{
    /// <summary>Deflate never does better.</summary>
    private const int MostExpansion = 1032;

    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Signature))
            throw file.Length < Signature.Length ? ImageHeader.CutShort("within its signature") : ImageHeader.Damaged("its signature");

        ImageHeader? header = null;
        SKEncodedOrigin? origin = null;
        var (rawBytes, dataBytes) = (0L, 0L);
        var at = Signature.Length;
        while (true)
        {
            if (file.Length - at < 12)
                throw ImageHeader.CutShort("there is no IEND chunk");

            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
                throw length > int.MaxValue ? ImageHeader.Damaged("the length of a chunk") : ImageHeader.CutShort("within a chunk");

            var type = file.Slice(at + 4, 4);
            var body = file.Slice(at + 8, (int)length);
            // A capital letter first: the picture cannot be shown without this chunk. tRNS changes it too.
            if ((char.IsAsciiLetterUpper((char)type[0]) || type.SequenceEqual("tRNS"u8))
                && !IsWhole(file.Slice(at, 12 + (int)length)))
            {
                throw ImageHeader.Damaged($"the sum of chunk {Name(type)}");
            }

            // Only the first of them counts, wherever it stands. One that is damaged says nothing: the picture can be shown without it.
            if (type.SequenceEqual("eXIf"u8))
                origin ??= IsWhole(file.Slice(at, 12 + (int)length)) ? ExifOrigin.OfChunk(body) : SKEncodedOrigin.TopLeft;

            at += 12 + (int)length;
            if (type.SequenceEqual("IHDR"u8))
                header = header is null ? Header(body, out rawBytes) : throw ImageHeader.Damaged("it has two headers");
            else if (header is null)
                throw ImageHeader.Damaged($"it begins with chunk {Name(type)}");
            else if (type.SequenceEqual("IDAT"u8))
                dataBytes += length;
            else if (type.SequenceEqual("IEND"u8))
                break;
        }

        var found = header.Value with { Origin = origin ?? SKEncodedOrigin.TopLeft };
        return dataBytes * MostExpansion >= rawBytes
            ? found
            : found with { Shortage = $"{dataBytes} bytes cannot hold {found.Width}×{found.Height} pixels" };
    }

    /// <param name="chunk">From its length to its sum.</param>
    private static bool IsWhole(ReadOnlySpan<byte> chunk) =>
        Crc32.HashToUInt32(chunk[4..^4]) == BinaryPrimitives.ReadUInt32BigEndian(chunk[^4..]);

    /// <param name="rawBytes">Of the unpacked rows, for the smallest case.</param>
    private static ImageHeader Header(ReadOnlySpan<byte> body, out long rawBytes)
    {
        if (body.Length != 13)
            throw ImageHeader.Damaged("its header has the wrong length");

        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadUInt32BigEndian(body[4..]));
        var (bits, colour) = (body[8], body[9]);
        var channels = colour switch { 0 or 3 => 1, 2 => 3, 4 => 2, 6 => 4, _ => 0 };
        var bitsAreValid = colour switch
        {
            0 => bits is 1 or 2 or 4 or 8 or 16,
            3 => bits is 1 or 2 or 4 or 8,
            _ => bits is 8 or 16,
        };
        var fieldsAreValid = channels > 0 && bitsAreValid && body[10] == 0 && body[11] == 0 && body[12] <= 1;
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue || !fieldsAreValid)
        {
            throw ImageHeader.Damaged(
                $"its header says {width}×{height} pixels of {bits} bits, colour type {colour}, interlacing {body[12]}");
        }

        rawBytes = (long)UInt128.Min((UInt128)width * height * (uint)(bits * channels) / 8, (UInt128)long.MaxValue);
        return new ImageHeader("png", (int)width, (int)height, Channels: channels, Bits: bits, Kept: body[12] == 1 ? rawBytes : 0);
    }

    private static string Name(ReadOnlySpan<byte> type) =>
        Encoding.ASCII.GetString(type) is var name && name.All(char.IsAsciiLetter) ? name : Convert.ToHexString(type);
}
