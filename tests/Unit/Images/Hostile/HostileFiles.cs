using System.Buffers.Binary;
using System.Text;
using Pipeline.Tests.Unit.Ingestion;
using SkiaSharp;

namespace Pipeline.Tests.Unit.Images.Hostile;

/// <summary>Files that must be refused, each by its description, with the reason that they must be refused for.</summary>
internal static class HostileFiles
{
    public static IReadOnlyDictionary<string, (byte[] Content, RejectionReason Reason)> All { get; } = Make();

    private static Dictionary<string, (byte[] Content, RejectionReason Reason)> Make()
    {
        var all = new Dictionary<string, (byte[] Content, RejectionReason Reason)> { ["no bytes"] = ([], RejectionReason.Empty) };
        void Add(string name, byte[] content, RejectionReason reason) => all.Add(name, (content, reason));

        foreach (var (name, content) in Others())
            Add($"{name} under an image's name", content, RejectionReason.NotAnImage);

        var files = SampleFiles.All;
        foreach (var (name, content) in files)
        {
            foreach (var share in new[] { 25, 50, 90 })
                Add($"{name} cut at {share} %", content[..(content.Length * share / 100)], RejectionReason.Corrupt);

            Add($"{name} without its last byte", content[..^1], RejectionReason.Corrupt);
            Add($"{name} cut after 12 bytes", content[..12], RejectionReason.Corrupt);
        }

        AddJpegs(Add, files["baseline JPEG"]);
        AddPngs(Add);
        AddGifs(Add, files["GIF"]);
        AddBmps(Add, files["BMP"]);
        AddWebps(Add, files["lossless WebP"]);
        return all;
    }

    private static IEnumerable<(string Name, byte[] Content)> Others()
    {
        yield return ("SVG", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"u8.ToArray());
        yield return ("SVG after an XML declaration", "<?xml version='1.0'?><svg/>"u8.ToArray());
        yield return ("SVG in UTF-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("<svg/>")]);
        yield return ("HTML", "<!DOCTYPE html><html><body><img src='x.png'></body></html>"u8.ToArray());
        yield return ("XML", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"u8.ToArray());
        yield return ("shell script", "#!/bin/sh\nrm -rf /\n"u8.ToArray());
        yield return ("PHP script", "<?php system($_GET['c']); ?>"u8.ToArray());
        yield return ("PDF", "%PDF-1.4 and so on"u8.ToArray());
        yield return ("PostScript", "%!PS-Adobe-3.0\n"u8.ToArray());
        yield return ("ELF program", [0x7F, .. "ELF"u8, 2, 1, 1, 0, .. new byte[60]]);
        yield return ("Windows program", [.. "MZ"u8, .. new byte[60]]);
        yield return ("ZIP archive", [.. "PK\x3\x4"u8, .. new byte[30]]);
        yield return ("gzip archive", [0x1F, 0x8B, 8, .. new byte[30]]);
        yield return ("TIFF", [.. "II*\0"u8, .. new byte[30]]);
        yield return ("icon", [0, 0, 1, 0, 1, 0, .. new byte[30]]);
        yield return ("AVIF", [0, 0, 0, 0x1C, .. "ftypavif"u8, .. new byte[30]]);
        yield return ("JPEG XL", [0xFF, 0x0A, .. new byte[30]]);
        yield return ("sound in RIFF", [.. "RIFF"u8, 30, 0, 0, 0, .. "WAVE"u8, .. new byte[26]]);
        yield return ("text", "hello"u8.ToArray());
        yield return ("zeros", new byte[100]);
    }

    private static void AddJpegs(Action<string, byte[], RejectionReason> add, byte[] jpeg)
    {
        var frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        var scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] Sized(ushort height, ushort width) => With(jpeg, bytes =>
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 5), height);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 7), width);
        });
        add("JPEG that claims 65,500 squared", Sized(65_500, 65_500), RejectionReason.TooLarge);
        add("JPEG that claims 7,000 squared with the data of 64 squared", Sized(7_000, 7_000), RejectionReason.Corrupt);
        add("JPEG of 60,000 by 3", Sized(3, 60_000), RejectionReason.SideRatio);
        add("JPEG of no height", Sized(0, 64), RejectionReason.Corrupt);
        add("JPEG of no width", Sized(64, 0), RejectionReason.Corrupt);
        add("JPEG whose frame header is repeated", [.. jpeg[..scan], .. jpeg[frame..scan], .. jpeg[scan..]], RejectionReason.Corrupt);
        add("JPEG with a second, larger frame header", [.. jpeg[..scan], .. Sized(60_000, 60_000)[frame..scan], .. jpeg[scan..]], RejectionReason.Corrupt);
        add("JPEG within a JPEG", [.. jpeg[..scan], 0xFF, 0xD8, .. jpeg[scan..]], RejectionReason.Corrupt);
        add("JPEG that ends before its data", [.. jpeg[..scan], 0xFF, 0xD9], RejectionReason.Corrupt);
        add("JPEG whose data come before its header", [.. jpeg[..frame], .. jpeg[scan..]], RejectionReason.Corrupt);
        add("JPEG with a segment of no length", [.. jpeg[..2], 0xFF, 0xE0, 0, 0, .. jpeg[2..]], RejectionReason.Corrupt);
        add("JPEG with two channels", With(jpeg, bytes => bytes[frame + 9] = 2), RejectionReason.Corrupt);
        add("lossless JPEG", With(jpeg, bytes => bytes[frame + 1] = 0xC3), RejectionReason.NotAnImage);
        add("arithmetic JPEG", With(jpeg, bytes => bytes[frame + 1] = 0xC9), RejectionReason.NotAnImage);
        add("JPEG of 12 bits", With(jpeg, bytes => bytes[frame + 4] = 12), RejectionReason.NotAnImage);
        add("JPEG with a thousand scans", [.. jpeg[..^2], .. Enumerable.Repeat(jpeg[scan..(scan + 14)], 1000).SelectMany(bytes => bytes), 0xFF, 0xD9], RejectionReason.Corrupt);
        add("JPEG whose Huffman table has a number that there is not", With(jpeg, bytes => bytes[jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC4]) + 4] = 7), RejectionReason.Corrupt);
        add("JPEG without quantisation tables", Without(jpeg, 0xDB), RejectionReason.Corrupt);
        foreach (var share in new[] { 10, 50, 90, 99 })
        {
            add($"JPEG with {share} % of its data and an end mark", [.. jpeg[..(scan + ((jpeg.Length - scan) * share / 100))], 0xFF, 0xD9], RejectionReason.Corrupt);
        }

        add("JPEG of one colour", Pictures.Painted(64, 64, (_, _) => SKColors.Olive).Encoded(SKEncodedImageFormat.Jpeg), RejectionReason.Blank);
    }

    private static void AddPngs(Action<string, byte[], RejectionReason> add)
    {
        var rows = SampleFiles.NoiseRows(64, 64 * 3);
        byte[] Header(uint width, uint height, byte bits = 8, byte colour = 2, byte interlacing = 0) => Png.Header(width, height, bits, colour, interlacing);
        byte[] data = Png.Chunk("IDAT", Png.Packed(rows));
        byte[] end = Png.Chunk("IEND", []);
        byte[] Whole(params byte[][] chunks) => [.. Png.Signature, .. chunks.SelectMany(chunk => chunk)];
        add("PNG that claims 30,000 squared", Whole(Header(30_000, 30_000), data, end), RejectionReason.TooLarge);
        add("PNG that claims 7,000 squared with the data of 64 squared", Whole(Header(7_000, 7_000), data, end), RejectionReason.Corrupt);
        add("PNG of 3,000 by 3", Whole(Header(3_000, 3), Png.Chunk("IDAT", Png.Packed(SampleFiles.NoiseRows(3, 9_000))), end), RejectionReason.SideRatio);
        add("PNG of 2,147,483,647 squared", Whole(Header(int.MaxValue, int.MaxValue), data, end), RejectionReason.TooLarge);
        add("PNG of 7,000 squared, all black", Bomb(1, 0, 875), RejectionReason.TooLarge);
        add("PNG of 7,000 squared in colour, all black", Bomb(8, 2, 21_000), RejectionReason.TooLarge);
        add("interlaced PNG of 7,000 squared, all black", Bomb(8, 2, 21_000, interlacing: 1), RejectionReason.TooLarge);
        add("interlaced PNG of 3,400 squared in deep colour, all black, which takes much only while it is decoded", Bomb(16, 2, 20_400, interlacing: 1, side: 3_400), RejectionReason.TooLarge);
        add("PNG of no width", Whole(Header(0, 64), data, end), RejectionReason.Corrupt);
        add("PNG of 3 bits", Whole(Header(64, 64, bits: 3), data, end), RejectionReason.Corrupt);
        add("PNG of colour type 5", Whole(Header(64, 64, colour: 5), data, end), RejectionReason.Corrupt);
        add("PNG with a second header", Whole(Header(64, 64), Header(640, 640), data, end), RejectionReason.Corrupt);
        add("PNG without data", Whole(Header(64, 64), end), RejectionReason.Corrupt);
        add("PNG without its header", Whole(data, end), RejectionReason.Corrupt);
        add("PNG with half of its rows", Whole(Header(64, 64), Png.Chunk("IDAT", Png.Packed(rows[..(rows.Length / 2)])), end), RejectionReason.Corrupt);
        add("PNG with a wrong sum of its data", Whole(Header(64, 64), With(data, bytes => bytes[^1] ^= 1), end), RejectionReason.Corrupt);
        add("PNG with a wrong sum of its header", Whole(With(Header(64, 64), bytes => bytes[^1] ^= 1), data, end), RejectionReason.Corrupt);
        add("PNG whose data are noise", Whole(Header(64, 64), Png.Chunk("IDAT", SampleFiles.NoiseRows(1, 9_000)), end), RejectionReason.Corrupt);
        add("PNG with a palette's colours and no palette", Whole(Header(64, 64, colour: 3), Png.Chunk("IDAT", Png.Packed(SampleFiles.NoiseRows(64, 64))), end), RejectionReason.Corrupt);
        add("PNG of one transparent colour", Pictures.Painted(16, 16, (_, _) => SKColors.Transparent).Encoded(), RejectionReason.Blank);
        add("PNG whose chunk is longer than the file", Whole(Header(64, 64), With(data, bytes => bytes[0] = 0x70), end), RejectionReason.Corrupt);
    }

    private static byte[] Bomb(byte bits, byte colour, int rowBytes, byte interlacing = 0, int side = 7_000) =>
    [
        // Interlaced, there is a filter byte for each row of each of seven pictures.
        .. Png.Signature, .. Png.Header((uint)side, (uint)side, bits, colour, interlacing), .. Png.Chunk("IDAT", Png.Packed(new byte[(rowBytes + 1) * side * (1 + interlacing)])),
        .. Png.Chunk("IEND", []),
    ];

    private static void AddGifs(Action<string, byte[], RejectionReason> add, byte[] gif)
    {
        var frame = 13 + (3 * 256);
        byte[] Framed(ushort width, ushort height) => With(gif, bytes =>
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(frame + 5), width);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(frame + 7), height);
        });
        add("GIF whose frame of 60,000 squared exceeds its screen", Framed(60_000, 60_000), RejectionReason.TooLarge);
        add("GIF whose frame of 5,000 squared has the data of 32 squared", Framed(7_000, 7_000), RejectionReason.Corrupt);
        add("GIF whose frame is empty", Framed(0, 0), RejectionReason.Corrupt);
        add("GIF whose frame is twice as high as its data", Framed(32, 64), RejectionReason.Corrupt);
        add("GIF without a frame", [.. gif[..frame], 0x3B], RejectionReason.Corrupt);
        add("GIF with an unknown block", With(gif, bytes => bytes[frame] = 0x77), RejectionReason.Corrupt);
        add("GIF of another version", With(gif, bytes => bytes[4] = (byte)'5'), RejectionReason.Corrupt);
    }

    private static void AddBmps(Action<string, byte[], RejectionReason> add, byte[] bmp)
    {
        byte[] Sized(int width, int height) => With(bmp, bytes =>
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), height);
        });
        add("BMP of 7,000 squared with the data of 32 squared", Sized(7_000, 7_000), RejectionReason.Corrupt);
        add("BMP of negative width", Sized(-32, 32), RejectionReason.Corrupt);
        add("BMP of the lowest height there is", Sized(32, int.MinValue), RejectionReason.Corrupt);
        add("BMP of 5 bits", With(bmp, bytes => bytes[28] = 5), RejectionReason.Corrupt);
        add("BMP that wraps a JPEG", With(bmp, bytes => bytes[30] = 4), RejectionReason.NotAnImage);
        add("BMP of runs without an end", With(bmp, bytes => (bytes[28], bytes[30]) = (8, 1)), RejectionReason.Corrupt);
        add("BMP whose pixels begin in its header", With(bmp, bytes => bytes[10] = 20), RejectionReason.Corrupt);
    }

    private static void AddWebps(Action<string, byte[], RejectionReason> add, byte[] webp)
    {
        byte[] Canvas(int width, int height, byte[] picture)
        {
            byte[] header = [.. "VP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, .. Three(width - 1), .. Three(height - 1)];
            byte[] body = [.. "WEBP"u8, .. header, .. picture];
            return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length), .. body];
        }

        add("WebP whose canvas differs from its picture", Canvas(48, 48, webp[12..]), RejectionReason.Corrupt);
        add("WebP whose canvas of 16,000 squared differs from its picture", Canvas(16_000, 16_000, webp[12..]), RejectionReason.Corrupt);
        add("WebP with a canvas and no picture", Canvas(32, 32, []), RejectionReason.Corrupt);
        add("WebP of two pictures", Canvas(32, 32, [.. webp[12..], .. webp[12..]]), RejectionReason.Corrupt);
        add("WebP whose picture claims 16,384 squared", With(webp, bytes => bytes.AsSpan(21, 4).Fill(0xFF)), RejectionReason.TooLarge);
        add("WebP without its signature", With(webp, bytes => bytes[20] = 0), RejectionReason.Corrupt);
        add("WebP whose data are zeros", With(webp, bytes => bytes.AsSpan(30).Clear()), RejectionReason.Corrupt);
    }

    private static byte[] Three(int number) => [(byte)number, (byte)(number >> 8), (byte)(number >> 16)];

    private static byte[] With(byte[] content, Action<byte[]> change)
    {
        var changed = content.ToArray();
        change(changed);
        return changed;
    }

    /// <summary>The JPEG less its segments with that marker.</summary>
    private static byte[] Without(byte[] jpeg, byte marker)
    {
        List<byte> kept = [.. jpeg[..2]];
        var at = 2;
        while (jpeg[at + 1] != 0xDA)
        {
            var end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 2));
            if (jpeg[at + 1] != marker)
                kept.AddRange(jpeg[at..end]);

            at = end;
        }

        return [.. kept, .. jpeg[at..]];
    }
}
