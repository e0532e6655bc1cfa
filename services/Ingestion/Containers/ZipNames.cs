using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Pipeline.Ingestion.Containers;

/// <summary>Names in a zip as text with <c>/</c>: neither their encoding nor their separator is certain (APPNOTE 6.3.10, 4.4.17 and appendix D).</summary>
internal static class ZipNames
{
    private const int Utf8Flag = 1 << 11;
    private const int UnicodePathExtra = 0x7075;
    private const int UnicodePathHead = 5;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly Encoding Ibm437 = CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    /// <summary>FAT, HPFS, NTFS (as the specification and as Info-ZIP number it) and VFAT: a backslash cannot be part of a name there.</summary>
    private static readonly int[] Backslashed = [0, 6, 10, 11, 14];

    /// <param name="system">That the archive was made on; null where the entry's directory is lost.</param>
    public static string Of(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra, int flags, int? system)
    {
        var text = Decoded(name, extra, (flags & Utf8Flag) != 0);
        // Without the directory nothing tells the system; a Unix name with backslashes alone is much rarer than a careless packer on Windows.
        var separates = system is { } known ? Backslashed.Contains(known) : !text.Contains('/', StringComparison.Ordinal);
        // A drive leads out of the dataset; with its backslash it is refused.
        return separates && !HasDrive(text) ? text.Replace('\\', '/') : text;
    }

    private static bool HasDrive(string name) => name is [(>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ':', '\\', ..];

    private static string Decoded(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra, bool isUtf8) =>
        (isUtf8 ? Utf8(name) : null) ?? UnicodePath(name, extra) ?? Utf8(name) ?? Ibm437.GetString(name);

    /// <summary>Info-ZIP's own field, which holds while nobody has renamed the entry.</summary>
    private static string? UnicodePath(ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra)
    {
        var field = ZipRecord.Extra(extra, UnicodePathExtra);
        return field.Length > UnicodePathHead && field[0] == 1 && BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) == Crc32.HashToUInt32(name)
            ? Utf8(field[UnicodePathHead..])
            : null;
    }

    /// <returns>Null where it is none.</returns>
    private static string? Utf8(ReadOnlySpan<byte> name)
    {
        try
        {
            return StrictUtf8.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
