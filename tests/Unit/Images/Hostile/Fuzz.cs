using Pipeline.Images;
using Pipeline.Images.Files;
using SkiaSharp;

namespace Pipeline.Tests.Unit.Images.Hostile;

/// <summary>Changes whole files by a seed, and holds what is accepted against a second decode of another kind.</summary>
/// <param name="size">Of samples, along a side.</param>
internal sealed class Fuzz(int size)
{
    /// <summary>A size at which a library decodes the JPEGs.</summary>
    public const int Library = 40;

    /// <summary>A size at which they go straight to means.</summary>
    public const int Means = 16;

    private const int Tolerance = 2;

    /// <summary>Of means that are not made of pixels within bounds.</summary>
    private const int MeansTolerance = 4;

    private static readonly string[] Kinds = [.. SampleFiles.All.Keys];

    private readonly ImageDecoder _decoder = new(new InputSpec(size, 3), new ImageLimits(1_000_000, 32, 100));

    public int Accepted { get; private set; }

    /// <returns>What is wrong; null where nothing is.</returns>
    public string? Try(int seed)
    {
        var random = new Random(seed);
        var kind = Kinds[random.Next(Kinds.Length)];
        var whole = SampleFiles.All[kind];
        var cut = random.Next(4) == 0;
        var content = cut ? whole[..random.Next(whole.Length)] : Changed(whole, random);
        DecodedImage image;
        try
        {
            image = _decoder.Decode(content);
        }
        catch (ImageRejectedException)
        {
            return null;
        }

        Accepted++;
        return cut ? $"{seed}: {kind} cut to {content.Length} of {whole.Length} bytes is accepted"
            : Multiplies(whole, content) ? null
            : Difference(content, image) is { } wrong ? $"{seed}: {kind} {wrong}"
            : null;
    }

    private static byte[] Changed(byte[] whole, Random random)
    {
        var content = whole.ToList();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            // Headers decide more than pixels: half of the changes go there.
            var at = random.Next(2) == 0 ? random.Next(Math.Min(64, content.Count)) : random.Next(content.Count);
            switch (random.Next(4))
            {
                case 0:
                    content[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    content[at] = (byte)random.Next(256);
                    break;
                case 2:
                    content.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    content.RemoveRange(at, Math.Min(random.Next(1, 9), content.Count - at - 1));
                    break;
            }
        }

        return [.. content];
    }

    /// <summary>Whether a JPEG's quantisation tables are others, or a value can have more bits than any of a whole file. They can take values out of all bounds, where decoders rightly differ.</summary>
    private static bool Multiplies(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> content)
    {
        var (steps, frame, codes, scan) = (whole.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDB]), whole.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]),
            content.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC4]), content.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]));
        return whole.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8])
            && (content.IndexOf(whole[steps..frame]) < 0 || (codes >= 0 && codes < scan && HasLargeValues(content[codes..scan])));
    }

    /// <param name="tables">Segments, each of one Huffman table.</param>
    private static bool HasLargeValues(ReadOnlySpan<byte> tables)
    {
        const int Header = 4 + 1 + 16, MostBits = 10;
        while (tables.Length > Header && tables[1] == 0xC4)
        {
            var length = Math.Min(2 + (tables[2] << 8) + tables[3], tables.Length);
            for (var at = Header; at < length && tables[4] >> 4 == 1; at++)
            {
                if ((tables[at] & 15) > MostBits)
                    return true;
            }

            tables = tables[length..];
        }

        return false;
    }

    /// <summary>Through Skia's bitmaps, with transparency as it is stored, and the area filter written down plainly.</summary>
    private string? Difference(byte[] content, DecodedImage image)
    {
        using var codec = SKCodec.Create(new SKMemoryStream(content));
        using var bitmap = codec is null ? null : SKBitmap.Decode(codec, new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul));
        if (bitmap is null)
            return "is accepted, and a second decoder refuses it";

        var shown = Reference.Square(bitmap, size);
        var differences = Enumerable.Range(0, image.Pixels.Length).Select(i => Math.Abs(image.Pixels[i] - shown[i]));
        // Damaged JPEG data can take single values out of bounds too: two libraries differ there, and a mean of what is cut off at the bounds from one that is not.
        var difference = image.Format == "jpeg" && size < Library ? differences.Average() : differences.Max();
        return difference <= (image.Format == "jpeg" && size == Means ? MeansTolerance : Tolerance) || codec!.EncodedOrigin != SKEncodedOrigin.TopLeft ? null : $"decodes to another picture, {difference} of 255 away";
    }
}
