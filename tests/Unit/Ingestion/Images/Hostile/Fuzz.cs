using Pipeline.Contracts;
using Pipeline.Ingestion.Images;
using SkiaSharp;

namespace Pipeline.Tests.Unit.Ingestion.Images.Hostile;

/// <summary>Changes whole files by a seed, and holds what is accepted against a second decode of another kind.</summary>
internal sealed class Fuzz(string jpegDecoder)
{
    /// <summary>As large as the files, so that no JPEG is decoded to a fraction.</summary>
    private const int Size = 40;

    private const int Tolerance = 2;

    private static readonly string[] Kinds = [.. SampleFiles.All.Keys];

    private readonly ImageDecoder _decoder = new(new InputSpec(Size, 3), new ImageLimits(1_000_000, 32, 100), jpegDecoder);

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

    /// <summary>Whether a JPEG's quantisation tables are others. They can take values out of all bounds, where decoders rightly differ.</summary>
    private static bool Multiplies(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> content)
    {
        var (tables, frame) = (whole.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDB]), whole.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]));
        return whole.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) && content.IndexOf(whole[tables..frame]) < 0;
    }

    /// <summary>Through Skia's bitmaps, with transparency as it is stored, and the area filter written down plainly.</summary>
    private string? Difference(byte[] content, DecodedImage image)
    {
        using var codec = SKCodec.Create(new SKMemoryStream(content));
        using var bitmap = codec is null ? null : SKBitmap.Decode(codec, new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul));
        if (bitmap is null)
        {
            return "is accepted, and a second decoder refuses it";
        }

        var shown = Reference.Square(bitmap, Size);
        var differences = Enumerable.Range(0, image.Pixels.Length).Select(i => Math.Abs(image.Pixels[i] - shown[i]));
        // Damaged JPEG data can take single values out of bounds too, and then two libraries differ there.
        var difference = image.Format == "jpeg" && jpegDecoder != JpegDecoders.Skia ? differences.Average() : differences.Max();
        return difference <= Tolerance || codec!.EncodedOrigin != SKEncodedOrigin.TopLeft ? null : $"decodes to another picture, {difference} of 255 away";
    }
}
