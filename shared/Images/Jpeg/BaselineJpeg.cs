using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.Images.Files;

namespace Pipeline.Images.Jpeg;

/// <summary>A sequential JPEG whose picture lies in one scan, as nearly all are: what stands before that scan's data (ITU-T T.81, annex
/// B).</summary>
/// <param name="Channels">One, or three.</param>
/// <param name="IsRgb">Whether they are red, green and blue; else luma and two of colour.</param>
/// <param name="RestartInterval">In units; 0 where there are no restart markers.</param>
internal sealed record BaselineJpeg(int Width, int Height, JpegChannel[] Channels, bool IsRgb, int RestartInterval, int DataStart)
{
    private const int MostBlocks = 10;
    private const byte StartOfScan = 0xDA;

    /// <summary>Blocks in a row of a unit, of the channel that has most of them.</summary>
    public int Across { get; } = Channels.Max(channel => channel.Across);

    /// <summary>The same in a column.</summary>
    public int Down { get; } = Channels.Max(channel => channel.Down);

    private bool IsRegular => Channels.All(channel => Across % channel.Across == 0 && Down % channel.Down == 0)
        && Channels.Sum(channel => channel.Across * channel.Down) <= MostBlocks;

    /// <param name="file">That <see cref="JpegFile.Read"/> has gone through: of one scan, not progressive, of one channel or three.</param>
    /// <returns>null where it is of a rarer kind.</returns>
    public static BaselineJpeg? Read(ReadOnlySpan<byte> file, HuffmanTables tables)
    {
        ReadOnlySpan<byte> frame = [];
        var steps = new Vector256<float>[4][];
        var (interval, colours, at) = (0, new JpegColours(), 2);
        while (true)
        {
            var end = at;
            var marker = JpegFile.NextMarker(file, ref at);
            if (file[end..(at - 1)].ContainsAnyExcept((byte)0xFF))
                throw ImageHeader.Damaged("bytes between its segments");
            if (JpegFile.IsBare(marker))
                continue;
            if (!IsKnown(marker))
                return null;

            var segment = JpegFile.Segment(file, ref at);
            switch (marker)
            {
                case 0xC0 or 0xC1:
                    frame = segment;
                    break;
                case 0xC4:
                    tables.Define(segment);
                    break;
                case 0xDB:
                    QuantizationSteps.Read(segment, steps);
                    break;
                case 0xDD:
                    interval = segment.Length == 2
                        ? BinaryPrimitives.ReadUInt16BigEndian(segment)
                        : throw ImageHeader.Damaged($"a restart interval in {segment.Length} bytes");
                    break;
                case 0xE0 or 0xEE:
                    colours.Note(marker, segment);
                    break;
                case StartOfScan:
                    if (ChannelsOf(frame, segment, tables, steps) is not { } channels)
                        return null;

                    var (height, width) =
                        (BinaryPrimitives.ReadUInt16BigEndian(frame[1..]), BinaryPrimitives.ReadUInt16BigEndian(frame[3..]));
                    var jpeg = new BaselineJpeg(width, height, channels, colours.AreRgb(channels), interval, at);
                    return jpeg.IsRegular ? jpeg : null;
            }
        }
    }

    /// <summary>Frame, tables, number of lines, restart interval, scan, application's, comment.</summary>
    private static bool IsKnown(byte marker) =>
        marker is 0xC0 or 0xC1 or 0xC4 or 0xDA or 0xDB or 0xDC or 0xDD or (>= 0xE0 and <= 0xEF) or 0xFE;

    /// <returns>null where the scan has them in another order, or a table is missing.</returns>
    private static JpegChannel[]? ChannelsOf(
        ReadOnlySpan<byte> frame, ReadOnlySpan<byte> scan, HuffmanTables tables, Vector256<float>[][] steps)
    {
        var count = frame[5];
        if (scan.Length != 4 + (2 * count) || scan[0] != count || scan[^3] != 0 || scan[^2] != 63 || scan[^1] != 0)
            throw ImageHeader.Damaged("its only scan has not all of a sequential image");

        var channels = new JpegChannel[count];
        for (var i = 0; i < count; i++)
        {
            var (id, sampling, stepsAt, use) = (frame[6 + (3 * i)], frame[7 + (3 * i)], frame[8 + (3 * i)], scan[2 + (2 * i)]);
            if (scan[1 + (2 * i)] != id || sampling >> 4 == 0 || (sampling & 15) == 0
                || stepsAt >= steps.Length || steps[stepsAt] is not { } own
                || tables.Constant(use >> 4) is not { } constant || tables.Others(use & 15) is not { } others)
            {
                return null;
            }

            // Of a single channel one block follows the other, whatever its sampling.
            var (across, down) = count == 1 ? (1, 1) : (sampling >> 4, sampling & 15);
            channels[i] = new JpegChannel(id, across, down, own, constant, others);
        }

        return channels;
    }
}

/// <param name="Across">Its blocks in a row of a unit.</param>
/// <param name="Down">Its blocks in a column of a unit.</param>
/// <param name="Steps">What its coefficients were divided by: eight rows of eight.</param>
internal readonly record struct JpegChannel(
    byte Id, int Across, int Down, Vector256<float>[] Steps, HuffmanTable Constant, HuffmanTable Others);

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
                throw ImageHeader.Damaged("a quantization table that there cannot be");

            var steps = new float[Count];
            for (var i = 0; i < Count; i++)
            {
                var at = 1 + (bytes * i);
                steps[BlockReader.Natural[i]] = bytes == 1 ? segment[at] : BinaryPrimitives.ReadUInt16BigEndian(segment[at..]);
            }

            tables[number] = MemoryMarshal.Cast<float, Vector256<float>>(steps.AsSpan()).ToArray();
            segment = segment[(1 + (bytes * Count))..];
        }
    }
}

/// <summary>The tables that ITU-T T.81, K.3, gives as examples, and that frames of Motion JPEG use without bringing them.</summary>
internal static class StandardTables
{
    public static HuffmanTable LumaConstant { get; } = new(
        [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], HuffmanTables.MostConstantBits);

    public static HuffmanTable ColourConstant { get; } = new(
        [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], HuffmanTables.MostConstantBits);

    public static HuffmanTable LumaOthers { get; } = new(Convert.FromHexString(
        "0002010303020403050504040000017D01020300041105122131410613516107227114328191A1082342B1C115" +
        "52D1F02433627282090A161718191A25262728292A3435363738393A434445464748494A535455565758595A63" +
        "6465666768696A737475767778797A838485868788898A92939495969798999AA2A3A4A5A6A7A8A9AAB2B3B4B5" +
        "B6B7B8B9BAC2C3C4C5C6C7C8C9CAD2D3D4D5D6D7D8D9DAE1E2E3E4E5E6E7E8E9EAF1F2F3F4F5F6F7F8F9FA"), HuffmanTables.MostOtherBits);

    public static HuffmanTable ColourOthers { get; } = new(Convert.FromHexString(
        "00020102040403040705040400010277000102031104052131061241510761711322328108144291A1B1C10923" +
        "3352F0156272D10A162434E125F11718191A262728292A35363738393A434445464748494A535455565758595A" +
        "636465666768696A737475767778797A82838485868788898A92939495969798999AA2A3A4A5A6A7A8A9AAB2B3" +
        "B4B5B6B7B8B9BAC2C3C4C5C6C7C8C9CAD2D3D4D5D6D7D8D9DAE2E3E4E5E6E7E8E9EAF2F3F4F5F6F7F8F9FA"), HuffmanTables.MostOtherBits);
}
