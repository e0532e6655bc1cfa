using Pipeline.Images;
using Pipeline.Images.Files;
using Pipeline.Likeness;
using Pipeline.Tests.Benchmarks.Decoding;
using SkiaSharp;

namespace Pipeline.Tests.Benchmarks.Likeness;

/// <summary>What the thresholds find of altered copies of photographs and drawings, each a file of its own,
/// and what they take for copies among the originals.</summary>
internal static class LikenessOfFiles
{
    private const int Tile = 480;
    private const int Drawings = 1000;
    private static readonly InputSpec Input = new(64, 3);
    private static readonly ImageDecoder Decoder = new(Input, new ImageLimits(50_000_000, 32, 100));

    private static readonly LikenessThresholds[] Tried =
        [new(4, 0.995), new(6, 0.99), new(6, 0.995), new(6, 0.999), new(8, 0.99), new(10, 0.98)];

    private static readonly (string Name, Func<SKBitmap, SKBitmap> Alter, int Quality)[] Alterations =
    [
        ("JPEG of quality 75", bitmap => bitmap.Copy(), 75),
        ("of quality 40", bitmap => bitmap.Copy(), 40),
        ("half as large", bitmap => Drawn(bitmap, bitmap.Width / 2, bitmap.Height / 2, whole => whole), 90),
        ("brighter by a tenth", bitmap => Drawn(bitmap, bitmap.Width, bitmap.Height, whole => whole, light: 1.1f), 90),
        ("with a mark in its corner", bitmap => Drawn(bitmap, bitmap.Width, bitmap.Height, whole => whole, isMarked: true), 90),
        ("cropped by 1 % at each edge", bitmap => Drawn(bitmap, bitmap.Width, bitmap.Height, whole => Cropped(whole, 0.01f)), 90),
        ("cropped by 5 %", bitmap => Drawn(bitmap, bitmap.Width, bitmap.Height, whole => Cropped(whole, 0.05f)), 90),
    ];

    /// <param name="folders">With .jpg photographs, which are cut into tiles, and .png drawings.</param>
    public static void Run(string[] folders)
    {
        Compare("photographs", DecodingBenchmark.Files(folders, ".jpg").SelectMany(Tiles));
        var drawings = DecodingBenchmark.Files(folders, ".png");
        Compare("drawings", Enumerable.Range(0, Math.Min(Drawings, drawings.Count))
            .Select(i => SKBitmap.Decode(File.ReadAllBytes(drawings[(int)(i * 7919L % drawings.Count)]))).OfType<SKBitmap>());
    }

    private static void Compare(string what, IEnumerable<SKBitmap> bitmaps)
    {
        List<Look> originals = [];
        var copies = Alterations.Select(_ => new List<(Look, Look)>()).ToArray();
        foreach (var bitmap in bitmaps)
        {
            using (bitmap)
            {
                if (LookOf(bitmap, SKEncodedImageFormat.Png, 100) is not { } original)
                    continue;

                originals.Add(original);
                foreach (var (i, (_, alter, quality)) in Alterations.Index())
                {
                    using var altered = alter(bitmap);
                    if (LookOf(altered, SKEncodedImageFormat.Jpeg, quality) is { } copy)
                        copies[i].Add((original, copy));
                }
            }
        }

        Console.WriteLine($"{originals.Count} {what}");
        foreach (var likeness in Tried)
        {
            Console.WriteLine($"  at most {likeness.Distance} bits, correlation of at least {likeness.Correlation}:");
            Console.WriteLine("    found of copies: "
                + string.Join(", ", Alterations.Select((copy, i) =>
                    $"{copy.Name} {100.0 * copies[i].Count(pair => pair.Item1.IsLike(pair.Item2, likeness)) / copies[i].Count:f1} %")));
            Console.WriteLine(
                "    originals that are alike to another: "
                + $"{originals.Count(one => originals.Any(other => one != other && one.IsLike(other, likeness)))}");
        }
    }

    /// <summary>As many as lie beside each other without overlap.</summary>
    private static IEnumerable<SKBitmap> Tiles(string photograph)
    {
        using var whole = SKBitmap.Decode(photograph);
        for (var y = 0; y + Tile <= whole.Height; y += Tile)
        {
            for (var x = 0; x + Tile <= whole.Width; x += Tile)
            {
                var tile = new SKBitmap(Tile, Tile);
                using var canvas = new SKCanvas(tile);
                canvas.DrawBitmap(whole, -x, -y, SKSamplingOptions.Default);
                yield return tile;
            }
        }
    }

    private static SKRect Cropped(SKRect whole, float share) => SKRect.Inflate(whole, -whole.Width * share, -whole.Height * share);

    private static SKBitmap Drawn(SKBitmap bitmap, int width, int height, Func<SKRect, SKRect> part, float light = 1, bool isMarked = false)
    {
        var drawn = new SKBitmap(Math.Max(width, 1), Math.Max(height, 1));
        using var canvas = new SKCanvas(drawn);
        using var image = SKImage.FromBitmap(bitmap);
        using var paint = new SKPaint
        {
            ColorFilter = SKColorFilter.CreateColorMatrix(
            [light, 0, 0, 0, 0, 0, light, 0, 0, 0, 0, 0, light, 0, 0, 0, 0, 0, 1, 0])
        };
        canvas.Clear(SKColors.White);
        canvas.DrawImage(image, part(SKRect.Create(bitmap.Width, bitmap.Height)), SKRect.Create(drawn.Width, drawn.Height),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear), paint);
        if (isMarked)
        {
            using var mark = new SKPaint { Color = SKColors.Red };
            canvas.DrawRect(SKRect.Create(0.8f * drawn.Width, 0.93f * drawn.Height, 0.15f * drawn.Width, 0.04f * drawn.Height), mark);
        }

        return drawn;
    }

    /// <returns>Null where ingestion would refuse it.</returns>
    private static Look? LookOf(SKBitmap bitmap, SKEncodedImageFormat format, int quality)
    {
        // JPEG knows no transparency: over white, as ingestion has it.
        using var opaque = format == SKEncodedImageFormat.Jpeg ? Drawn(bitmap, bitmap.Width, bitmap.Height, whole => whole) : bitmap.Copy();
        using var encoded = opaque.Encode(format, quality);
        try
        {
            return Look.Of(Decoder.Decode(encoded.AsSpan()).Pixels, Input);
        }
        catch (ImageRejectedException)
        {
            return null;
        }
    }
}
