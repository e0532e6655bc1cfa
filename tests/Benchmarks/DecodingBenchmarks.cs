using BenchmarkDotNet.Attributes;
using Pipeline.Images;
using SkiaSharp;

namespace Pipeline.Tests.Benchmarks;

/// <summary>A JPEG of 640×480 to 64×64 in colour: straight to means over areas against Skia decoding all of it and resizing.</summary>
[InProcess]
public class DecodingBenchmarks
{
    private const int Size = 64;

    private readonly ImageDecoder decoder = new(new InputSpec(Size, 3), new ImageLimits(50_000_000, 32, 100));
    private byte[] jpeg = [];

    [GlobalSetup]
    public void Paint()
    {
        using var bitmap = new SKBitmap(640, 480);
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint())
        {
            var random = new Random(1);
            for (var i = 0; i < 500; i++)
            {
                paint.Color = new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
                canvas.DrawCircle(random.Next(640), random.Next(480), random.Next(40), paint);
            }
        }

        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        jpeg = encoded.ToArray();
    }

    [Benchmark(Baseline = true)]
    public byte[] SkiaWholeThenResize()
    {
        using var bitmap = SKBitmap.Decode(jpeg);
        using var resized = bitmap.Resize(new SKImageInfo(Size, Size), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return resized.Bytes;
    }

    [Benchmark]
    public byte[] PipelineDecoder() => decoder.Decode(jpeg).Pixels;
}
