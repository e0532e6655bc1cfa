using System.Buffers.Binary;
using System.IO.Compression;

namespace Pipeline.Lake.Kinds;

/// <summary>Files that hold images and are none themselves.</summary>
public enum ContainerKind
{
    Zip,
    Tar,

    /// <summary>Gzip whose content is a tar.</summary>
    GzipTar,

    Parquet,

    /// <summary>Arrow IPC, file or stream; Feather 2 is the former.</summary>
    Arrow,
}

/// <summary>Tells containers by their first bytes, never by their name.</summary>
public static class ContainerKinds
{
    /// <summary>Bytes that are enough to tell.</summary>
    public const int HeadBytes = 4096;

    private const int TarBlock = 512;
    private const int ChecksumStart = 148;
    private const int ChecksumLength = 8;
    private const int MostArrowSchema = 16 << 20;

    /// <param name="head">The first <see cref="HeadBytes"/>, or all there are.</param>
    /// <returns>Null if it is none of them.</returns>
    public static ContainerKind? Of(ReadOnlySpan<byte> head) => head switch
    {
        _ when head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8) => ContainerKind.Zip,
        _ when head.StartsWith("PAR1"u8) || head.StartsWith("PARE"u8) => ContainerKind.Parquet,
        _ when head.StartsWith("ARROW1\0\0"u8) || IsArrowStream(head) => ContainerKind.Arrow,
        _ when head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]) => HoldsTar(head) ? ContainerKind.GzipTar : null,
        _ => IsTar(head) ? ContainerKind.Tar : null,
    };

    /// <summary>A tar's header carries a sum of itself, in each of its dialects.</summary>
    private static bool IsTar(ReadOnlySpan<byte> head)
    {
        if (head.Length < TarBlock || head[0] == 0)
            return false;

        var sum = ChecksumLength * ' ';
        for (var i = 0; i < TarBlock; i++)
            sum += i is >= ChecksumStart and < ChecksumStart + ChecksumLength ? 0 : head[i];

        return Octal(head.Slice(ChecksumStart, ChecksumLength)) == sum;
    }

    /// <returns>A number in the header of a tar; null if it is none.</returns>
    internal static long? Octal(ReadOnlySpan<byte> field)
    {
        var value = 0L;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return null;

            value = (value << 3) | (long)(digit - '0');
        }

        return value;
    }

    private static bool HoldsTar(ReadOnlySpan<byte> head)
    {
        var block = new byte[TarBlock];
        try
        {
            using var gzip = new GZipStream(new MemoryStream(head.ToArray()), CompressionMode.Decompress);
            gzip.ReadExactly(block);
            return IsTar(block);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            return false;
        }
    }

    /// <summary>A marker, the schema's length, and the schema: a flatbuffer that starts with an offset into itself.</summary>
    private static bool IsArrowStream(ReadOnlySpan<byte> head) =>
        head.Length >= 16
        && BinaryPrimitives.ReadUInt32LittleEndian(head) == uint.MaxValue
        && BinaryPrimitives.ReadInt32LittleEndian(head[4..]) is > 0 and <= MostArrowSchema and var length
        && length % 8 == 0 && BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) < length;
}
