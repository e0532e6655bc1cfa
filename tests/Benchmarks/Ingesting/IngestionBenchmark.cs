using System.Diagnostics;
using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Ingestion;
using Pipeline.Ingestion.Images;
using SkiaSharp;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>What a whole ingestion costs beside its decoder, and what a second thread is worth: JPEG files of 640×480 to samples of 64×64 in colour.</summary>
internal static class IngestionBenchmark
{
    private const int Size = 64;
    private const int Rounds = 3;

    /// <param name="files">How many.</param>
    /// <param name="turboJpeg">Whether libturbojpeg decodes, where it is there.</param>
    public static async Task RunAsync(int files, TurboJpegUse turboJpeg)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-benchmark-lake-");
        try
        {
            for (var file = 0; file < files; file++)
            {
                await File.WriteAllBytesAsync(Path.Combine(folder.FullName, $"{file:d6}.jpg"), Painted(file));
            }

            var (decoder, whole, one, two) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round <= Rounds; round++)
            {
                // The first warms up.
                var alone = Decode(folder.FullName, turboJpeg);
                var single = await ImportRun.MeasureAsync(folder.FullName, Size, threads: 1, turboJpeg);
                var pair = await ImportRun.MeasureAsync(folder.FullName, Size, threads: 2, turboJpeg);
                if (round > 0)
                {
                    decoder.Add(files / alone);
                    whole.Add(files / single.Processor);
                    one.Add(single.Wall);
                    two.Add(pair.Wall);
                }
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"decoder alone: {Median(decoder):0} images per CPU-second; whole ingestion: {Median(whole):0}, {Median(whole) / Median(decoder):0.00} ×"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one thread {Median(one):0.00} s, two {Median(two):0.00} s: {Median(one) / Median(two):0.00} ×"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <returns>CPU-seconds.</returns>
    private static double Decode(string folder, TurboJpegUse turboJpeg)
    {
        var contents = Directory.EnumerateFiles(folder).Select(File.ReadAllBytes).ToList();
        var decoder = new ImageDecoder(new InputSpec(Size, Channels: 3), new ImageLimits(50_000_000, 32, 100), JpegDecoders.Choose(turboJpeg));
        var begin = Process.GetCurrentProcess().TotalProcessorTime;
        foreach (var content in contents)
        {
            decoder.Decode(content);
        }

        return (Process.GetCurrentProcess().TotalProcessorTime - begin).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static byte[] Painted(int seed)
    {
        using var bitmap = new SKBitmap(640, 480);
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint())
        {
            var random = new Random(seed);
            for (var i = 0; i < 200; i++)
            {
                paint.Color = new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
                canvas.DrawCircle(random.Next(640), random.Next(480), random.Next(80), paint);
            }
        }

        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        return encoded.ToArray();
    }
}
