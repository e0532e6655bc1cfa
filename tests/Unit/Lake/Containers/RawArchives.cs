using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Pipeline.Tests.Unit.Lake.Containers;

/// <summary>Archives byte by byte, as other programs write them.</summary>
internal static class RawArchives
{
    /// <summary>A zip of stored entries.</summary>
    /// <param name="system">That it was made on.</param>
    public static byte[] Zip(int system, params RawEntry[] entries)
    {
        MemoryStream zip = new(), directory = new();
        foreach (var (name, content, flags, extra) in entries)
        {
            var fields = new byte[26];
            BinaryPrimitives.WriteUInt16LittleEndian(fields, 20);
            BinaryPrimitives.WriteUInt16LittleEndian(fields.AsSpan(2), (ushort)flags);
            BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(10), Crc32.HashToUInt32(content));
            BinaryPrimitives.WriteInt32LittleEndian(fields.AsSpan(14), content.Length);
            BinaryPrimitives.WriteInt32LittleEndian(fields.AsSpan(18), content.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(fields.AsSpan(22), (ushort)name.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(fields.AsSpan(24), (ushort)extra.Length);
            var offset = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(offset, (int)zip.Length);
            directory.Write([.. "PK\x01\x02"u8, 20, (byte)system, .. fields, .. new byte[10], .. offset, .. name, .. extra]);
            zip.Write([.. "PK\x03\x04"u8, .. fields, .. name, .. extra, .. content]);
        }

        var end = new byte[22];
        "PK\x05\x06"u8.CopyTo(end);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)entries.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)entries.Length);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(12), (int)directory.Length);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(16), (int)zip.Length);
        return [.. zip.ToArray(), .. directory.ToArray(), .. end];
    }

    /// <summary>Info-ZIP's field with a name in UTF-8.</summary>
    /// <param name="of">The name that it speaks of.</param>
    public static byte[] UnicodePath(byte[] of, string name, byte version = 1)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        byte[] field = [0x75, 0x70, (byte)(5 + utf8.Length), 0, version, 0, 0, 0, 0, .. utf8];
        BinaryPrimitives.WriteUInt32LittleEndian(field.AsSpan(5), Crc32.HashToUInt32(of));
        return field;
    }

    public static byte[] Tar(params byte[][] blocks) =>
        [.. blocks.SelectMany(block => block.Concat(new byte[-block.Length & 511])), .. new byte[1024]];

    /// <param name="change">Of the header, before its checksum.</param>
    public static byte[] TarHeader(string name, long size, char type, Action<byte[]>? change = null, bool isGnu = false)
    {
        var header = new byte[512];
        Encoding.UTF8.GetBytes(name, header);
        "0000644\0"u8.CopyTo(header.AsSpan(100));
        "0000000\0"u8.CopyTo(header.AsSpan(108));
        "0000000\0"u8.CopyTo(header.AsSpan(116));
        Octal(header, 124, size);
        Octal(header, 136, 0);
        header[156] = (byte)type;
        (isGnu ? "ustar  \0"u8 : "ustar\000"u8).CopyTo(header.AsSpan(257));
        change?.Invoke(header);
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(value => value), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        return header;
    }

    /// <summary>Eleven digits.</summary>
    public static void Octal(byte[] block, int at, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(11, '0')).CopyTo(block, at);

    public static byte[] PaxRecords(params (string Key, string Value)[] records) => [.. records.SelectMany(record =>
    {
        var length = 0;
        while (Line().Length != length)
            length = Line().Length;

        return Line();

        byte[] Line() => Encoding.UTF8.GetBytes($"{length} {record.Key}={record.Value}\n");
    })];
}

internal sealed record RawEntry(byte[] Name, byte[] Content, int Flags, byte[] Extra)
{
    public RawEntry(string name, byte[] content)
        : this(Encoding.UTF8.GetBytes(name), content, 0, [])
    {
    }
}
