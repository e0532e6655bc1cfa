using System.Buffers.Binary;

namespace Pipeline.Images.Files;

/// <summary>A WebP from chunk to chunk (RFC 9649).</summary>
internal static class WebpFile
{
    private const int RiffHeader = 12;
    private const int ChunkHeader = 8;

    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        var riff = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        if (riff + 8L > file.Length)
            throw ImageHeader.CutShort($"{file.Length} bytes of {riff + 8L}");

        (int Width, int Height)? canvas = null;
        (int Width, int Height)? picture = null;
        var chunks = file[RiffHeader..Math.Max((int)riff + 8, RiffHeader)];
        while (chunks.Length >= ChunkHeader)
        {
            var type = chunks[..4];
            var body = Chunk(ref chunks);
            if (type.SequenceEqual("VP8X"u8))
            {
                canvas = canvas is not null ? throw ImageHeader.Damaged("it has two canvases")
                    : body.Length >= 10 ? (Three(body[4..]) + 1, Three(body[7..]) + 1) : throw ImageHeader.Damaged("its header");
            }
            else if (IsPicture(type))
            {
                var size = SizeOf(type, body);
                picture = picture is not null ? throw ImageHeader.Damaged("it has two pictures")
                    : canvas is null || canvas == size ? size
                    : throw ImageHeader.Damaged(
                        $"a picture of {size.Width}×{size.Height} pixels on a canvas of {canvas.Value.Width}×{canvas.Value.Height}");
            }
            else if (type.SequenceEqual("ANMF"u8))
            {
                CheckFrame(body, canvas ?? throw ImageHeader.Damaged("it has frames and no canvas"));
                picture ??= canvas;
            }
        }

        if (chunks.Length > 1)
            throw ImageHeader.Damaged("its last chunk");

        return picture is { } found ? new ImageHeader("webp", found.Width, found.Height) : throw ImageHeader.Damaged("it has no picture");
    }

    private static void CheckFrame(ReadOnlySpan<byte> frame, (int Width, int Height) canvas)
    {
        if (frame.Length < 16)
            throw ImageHeader.Damaged("the header of a frame");

        var (left, top, width, height) = (2L * Three(frame), 2L * Three(frame[3..]), Three(frame[6..]) + 1, Three(frame[9..]) + 1);
        if (left + width > canvas.Width || top + height > canvas.Height)
            throw ImageHeader.Damaged($"a frame of {width}×{height} pixels at {left}, {top} on a canvas of {canvas.Width}×{canvas.Height}");

        var chunks = frame[16..];
        while (chunks.Length >= ChunkHeader)
        {
            var type = chunks[..4];
            var body = Chunk(ref chunks);
            if (IsPicture(type) && SizeOf(type, body) is var size && size != (width, height))
                throw ImageHeader.Damaged($"a picture of {size.Width}×{size.Height} pixels in a frame of {width}×{height}");
        }
    }

    private static bool IsPicture(ReadOnlySpan<byte> type) => type.SequenceEqual("VP8 "u8) || type.SequenceEqual("VP8L"u8);

    private static (int Width, int Height) SizeOf(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        if (type[3] == (byte)'L')
        {
            if (body.Length < 5 || body[0] != 0x2F)
                throw ImageHeader.Damaged("the header of its picture");

            var bits = BinaryPrimitives.ReadUInt32LittleEndian(body[1..]);
            return ((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
        }

        if (body.Length < 10 || !body[3..6].SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]))
            throw ImageHeader.Damaged("the header of its picture");

        return (BinaryPrimitives.ReadUInt16LittleEndian(body[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(body[8..]) & 0x3FFF);
    }

    /// <summary>The next chunk's body; chunks are padded to even lengths.</summary>
    private static ReadOnlySpan<byte> Chunk(ref ReadOnlySpan<byte> chunks)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(chunks[4..]);
        if (length > chunks.Length - ChunkHeader)
            throw ImageHeader.CutShort("within a chunk");

        var body = chunks.Slice(ChunkHeader, (int)length);
        chunks = chunks[Math.Min(ChunkHeader + (int)length + ((int)length & 1), chunks.Length)..];
        return body;
    }

    private static int Three(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
