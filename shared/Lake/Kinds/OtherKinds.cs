using System.Text;

namespace Pipeline.Lake.Kinds;

/// <summary>What it is that is no image, by its first bytes, for a person.</summary>
public static class OtherKinds
{
    private const int Looked = 1024;

    /// <summary>Long enough that no text can begin with one.</summary>
    private static readonly (byte[] Start, string Name)[] Archives =
    [
        ([0xFD, .. "7zXZ"u8, 0], "an xz archive"),
        ([.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive"),
        ([.. "Rar!"u8, 0x1A, 0x07], "a RAR archive"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive"),
        ([0x04, 0x22, 0x4D, 0x18], "an LZ4 archive"),
    ];

    private static readonly byte[] Bzip2Block = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];

    private static readonly (byte[] Start, string Name)[] Starts =
    [
        ("%PDF"u8.ToArray(), "a PDF document"),
        ("%!PS"u8.ToArray(), "a PostScript document"),
        ([0x7F, .. "ELF"u8], "an ELF program"),
        ("MZ"u8.ToArray(), "a Windows program"),
        ([0xCF, 0xFA, 0xED, 0xFE], "a Mach-O program"),
        ([0xCA, 0xFE, 0xBA, 0xBE], "a Java class or Mach-O program"),
        ([0, .. "asm"u8], "a WebAssembly program"),
        ("PK\x3\x4"u8.ToArray(), "a ZIP archive"),
        ([0x1F, 0x8B], "a gzip archive"),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "an Office document of the old kind"),
        ("SQLite format 3"u8.ToArray(), "an SQLite database"),
        ("#!"u8.ToArray(), "a script"),
        ("II*\0"u8.ToArray(), "a TIFF image, which is not read"),
        ("MM\0*"u8.ToArray(), "a TIFF image, which is not read"),
        ("8BPS"u8.ToArray(), "a Photoshop document"),
        ([0, 0, 1, 0], "an icon file, which is not read"),
        ([0, 0, 0, 0x0C, .. "jP  "u8], "a JPEG 2000 image, which is not read"),
        ([0, 0, 0, 0x0C, .. "JXL "u8], "a JPEG XL image, which is not read"),
        ([0xFF, 0x0A], "a JPEG XL image, which is not read"),
        ("OggS"u8.ToArray(), "an Ogg recording"),
        ("ID3"u8.ToArray(), "an MP3 recording"),
        ("RIFF"u8.ToArray(), "a recording or film in a RIFF file"),
        ([0x1A, 0x45, 0xDF, 0xA3], "a Matroska film"),
    ];

    // In this order: an SVG may begin like any XML, and a web page may hold a drawing.
    private static readonly (string Mark, string Name)[] Marks =
    [
        ("<!doctype html", "a web page (HTML)"),
        ("<html", "a web page (HTML)"),
        ("<svg", "a drawing (SVG)"),
        ("<?php", "a script (PHP)"),
        ("<?xml", "an XML document"),
        ("<script", "a script in HTML"),
    ];

    /// <returns>An archive that is not read; null if it is none of them.</returns>
    public static string? ArchiveOf(ReadOnlySpan<byte> file) => Find(Archives, file)
        ?? (file.StartsWith("BZh"u8) && file.Length > 4 && file[4..].StartsWith(Bzip2Block) ? "a bzip2 archive" : null);

    /// <returns>Null if nothing is recognised.</returns>
    public static string? NameOf(ReadOnlySpan<byte> file)
    {
        if ((ArchiveOf(file) ?? Find(Starts, file)) is { } known)
            return known;

        if (file.Length < 12 || !file[4..8].SequenceEqual("ftyp"u8))
            return NameOfText(file[..Math.Min(file.Length, Looked)]);

        return file[8..].StartsWith("avi"u8) || file[8..].StartsWith("hei"u8) || file[8..].StartsWith("mif"u8)
            ? "an AVIF or HEIF image, which is not read"
            : "a film (MP4 or QuickTime)";
    }

    private static string? Find((byte[] Start, string Name)[] kinds, ReadOnlySpan<byte> file)
    {
        foreach (var (start, name) in kinds)
        {
            if (file.StartsWith(start))
                return name;
        }

        return null;
    }

    private static string? NameOfText(ReadOnlySpan<byte> file)
    {
        var encoding = file switch
        {
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            _ => Encoding.UTF8,
        };
        var text = encoding.GetString(file);
        var known = Marks.FirstOrDefault(known => text.Contains(known.Mark, StringComparison.OrdinalIgnoreCase)).Name;
        var isBinary = text.Any(letter => letter == '\uFFFD' || (char.IsControl(letter) && !char.IsWhiteSpace(letter)));
        return known ?? (isBinary ? null : "a text");
    }
}
