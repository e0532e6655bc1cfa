using System.Globalization;
using SkiaSharp;

namespace Pipeline.Tests.Benchmarks.Ingesting;

/// <summary>What a whole ingestion costs beside decoding, and what a second core is worth:
/// JPEG files of 640×480 to samples of 64×64 in colour.</summary>
internal static class IngestionBenchmark
{
    private const int Rounds = 11;

    /// <summary>Files, and rounds of them, until the compiler is done: also with what runs once in each.</summary>
    private const int WarmUpFiles = 256, WarmUpRounds = 120;

    /// <param name="files">How many.</param>
    public static async Task RunAsync(int files)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-benchmark-lake-");
        try
        {
            var (all, some) = (Directory.CreateDirectory(Path.Combine(folder.FullName, "all")).FullName,
                Directory.CreateDirectory(Path.Combine(folder.FullName, "some")).FullName);
            for (var file = 0; file < files; file++)
            {
                var painted = Painted(file);
                await File.WriteAllBytesAsync(Path.Combine(all, $"{file:d6}.jpg"), painted);
                if (file < WarmUpFiles)
                    await File.WriteAllBytesAsync(Path.Combine(some, $"{file:d6}.jpg"), painted);
            }

            using var one = new IngestionProcess(cores: 1);
            using var two = new IngestionProcess(cores: 2);
            for (var round = 0; round < WarmUpRounds; round++)
            {
                await one.MeasureAsync(some);
                await two.MeasureAsync(some);
            }

            var (whole, gain) = (new List<double>(), new List<double>());
            var alone = IngestionProcess.Decoders().Select(decoder => (decoder.Name, Seconds: new List<double>())).ToList();
            for (var round = -1; round < Rounds; round++)
            {
                // The machine's own pace changes from one second to the next: what is compared runs side by side,
                // on the same core and in the same process.
                var before = await one.MeasureDecodingAsync(all);
                var single = await one.MeasureAsync(all);
                var after = await one.MeasureDecodingAsync(all);
                var pair = await two.MeasureAsync(all);
                if (round < 0)
                    continue;

                whole.Add(single.Processor);
                gain.Add(single.Wall / pair.Wall);
                for (var decoder = 0; decoder < alone.Count; decoder++)
                    alone[decoder].Seconds.Add((before[decoder] + after[decoder]) / 2);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"whole ingestion: {files * Rounds / whole.Sum():0} images per CPU-second"));
            foreach (var (name, seconds) in alone)
            {
                var shares = seconds.Zip(whole, (decoding, all) => decoding / all).ToList();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"over {name} alone, {files * Rounds / seconds.Sum():0}: {seconds.Sum() / whole.Sum():0.00} × (by round "
                    + $"{shares.Min():0.00} to {shares.Max():0.00}, median {Median(shares):0.00})"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"two cores over one: {Median(gain):0.00} × ({gain.Min():0.00} to {gain.Max():0.00})"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
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
