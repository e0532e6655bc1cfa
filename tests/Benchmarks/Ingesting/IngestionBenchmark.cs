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
    private const int Rounds = 7;

    /// <summary>Until the compiler is done with what runs often.</summary>
    private const int WarmUp = 3;

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

            var (decoder, whole, share, gain) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < WarmUp + Rounds; round++)
            {
                // The machine's own pace changes from one second to the next: what is compared runs side by side, and the ratios of all rounds have a median.
                var before = Decode(folder.FullName, turboJpeg);
                var single = await ImportRun.MeasureAsync(folder.FullName, Size, threads: 1, turboJpeg);
                var alone = (before + Decode(folder.FullName, turboJpeg)) / 2;
                var pair = await ImportRun.MeasureAsync(folder.FullName, Size, threads: 2, turboJpeg);
                if (round >= WarmUp)
                {
                    decoder.Add(files / alone);
                    whole.Add(files / single.Processor);
                    share.Add(alone / single.Processor);
                    gain.Add(single.Wall / pair.Wall);
                }
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"decoder alone: {Median(decoder):0} images per CPU-second; whole ingestion: {Median(whole):0}, {Median(share):0.00} × ({share.Min():0.00} to {share.Max():0.00})"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"two threads over one: {Median(gain):0.00} × ({gain.Min():0.00} to {gain.Max():0.00})"));
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
