using System.Diagnostics;
using System.Globalization;
using Pipeline.Contracts;
using Pipeline.Ingestion.Images;
using Pipeline.Tests.Benchmarks.Decoding;
using SkiaSharp;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>What a whole ingestion costs beside decoding, and what a second core is worth: JPEG files of 640×480 to samples of 64×64 in colour.</summary>
internal static class IngestionBenchmark
{
    private const int Size = 64;
    private const int Rounds = 11;

    /// <summary>Files, and rounds of them, until the compiler is done: also with what runs once in each.</summary>
    private const int WarmUpFiles = 256, WarmUpRounds = 120;

    /// <param name="files">How many.</param>
    public static async Task RunAsync(int files)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-benchmark-lake-");
        try
        {
            var (all, some) = (Directory.CreateDirectory(Path.Combine(folder.FullName, "all")).FullName, Directory.CreateDirectory(Path.Combine(folder.FullName, "some")).FullName);
            var contents = Enumerable.Range(0, files).Select(Painted).ToList();
            for (var file = 0; file < files; file++)
            {
                await File.WriteAllBytesAsync(Path.Combine(all, $"{file:d6}.jpg"), contents[file]);
                if (file < WarmUpFiles)
                {
                    await File.WriteAllBytesAsync(Path.Combine(some, $"{file:d6}.jpg"), contents[file]);
                }
            }

            using var one = new IngestionProcess(cores: 1);
            using var two = new IngestionProcess(cores: 2);
            for (var round = 0; round < WarmUpRounds; round++)
            {
                await one.MeasureAsync(some);
                await two.MeasureAsync(some);
            }

            var (whole, gain) = (new List<double>(), new List<double>());
            var alone = Decoders().ToDictionary(decoder => decoder.Name, _ => (Rates: new List<double>(), Shares: new List<double>()));
            for (var round = -1; round < Rounds; round++)
            {
                // The machine's own pace changes from one second to the next: what is compared runs side by side, and the ratios of all rounds have a median.
                var before = Decode(contents);
                var single = await one.MeasureAsync(all);
                var after = Decode(contents);
                var pair = await two.MeasureAsync(all);
                if (round < 0)
                {
                    continue;
                }

                whole.Add(files / single.Processor);
                gain.Add(single.Wall / pair.Wall);
                foreach (var (name, (rates, shares)) in alone)
                {
                    var seconds = (before[name] + after[name]) / 2;
                    rates.Add(files / seconds);
                    shares.Add(seconds / single.Processor);
                }
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"whole ingestion: {Median(whole):0} images per CPU-second"));
            foreach (var (name, (rates, shares)) in alone)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"over {name} alone, {Median(rates):0}: {Median(shares):0.00} × ({shares.Min():0.00} to {shares.Max():0.00})"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"two cores over one: {Median(gain):0.00} × ({gain.Min():0.00} to {gain.Max():0.00})"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<(string Name, Action<byte[]> Decode)> Decoders()
    {
        var decoder = new ImageDecoder(new InputSpec(Size, Channels: 3), new ImageLimits(50_000_000, 32, 100), JpegDecoders.Skia);
        yield return ("its decoder", content => decoder.Decode(content));
        if (TurboJpegPeer.IsThere)
        {
            yield return ("libjpeg-turbo and the area filter", TurboJpegPeer.Decode);
        }
    }

    /// <returns>CPU-seconds by decoder.</returns>
    private static Dictionary<string, double> Decode(List<byte[]> contents) => Decoders().ToDictionary(decoder => decoder.Name, decoder =>
    {
        var begin = Process.GetCurrentProcess().TotalProcessorTime;
        contents.ForEach(decoder.Decode);
        return (Process.GetCurrentProcess().TotalProcessorTime - begin).TotalSeconds;
    });

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
