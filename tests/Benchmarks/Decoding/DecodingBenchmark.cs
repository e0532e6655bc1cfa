using System.Diagnostics;
using System.Globalization;
using Pipeline.Images;
using Pipeline.Images.Files;
using SkiaSharp;

namespace Pipeline.Tests.Benchmarks.Decoding;

/// <summary>
/// Images per CPU-second to 64×64 in colour: photographs, cut to JPEGs of 640×480, and clip art in PNG as it is; beside PIL and torchvision in the same run,
/// and how far the pixels are from the exact area means of what PIL decodes at full size.
/// </summary>
internal static class DecodingBenchmark
{
    private const int Size = 64;
    private const int Photographs = 200;
    private const int Drawings = 200;
    private const int Rounds = 11;
    private const string Ours = "Pipeline";

    private static readonly ImageDecoder Decoder = new(new InputSpec(Size, 3), new ImageLimits(50_000_000, 32, 100));

    /// <param name="folders">With .jpg and .png files anywhere below.</param>
    public static void Run(string[] folders)
    {
        var work = Directory.CreateTempSubdirectory("decoding-");
        try
        {
            Prepare(folders, work.FullName);
            Compare(work.FullName, "*.jpg");
            Compare(work.FullName, "*.png");
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static void Prepare(string[] folders, string work)
    {
        var photographs = Files(folders, ".jpg");
        for (var i = 0; i < Photographs && photographs.Count > 0; i++)
        {
            using var whole = SKBitmap.Decode(photographs[i % photographs.Count]);
            using var cut = new SKBitmap(640, 480);
            using (var canvas = new SKCanvas(cut))
            {
                // From all of the picture to a quarter of each side, another place each time.
                var random = new Random(i);
                var width = whole.Width * (0.25f + (random.NextSingle() * 0.75f));
                var height = Math.Min(whole.Height, width * 0.75f);
                var place = SKRect.Create(random.NextSingle() * (whole.Width - width), random.NextSingle() * (whole.Height - height), width, height);
                using var image = SKImage.FromBitmap(whole);
                canvas.DrawImage(image, place, new SKRect(0, 0, 640, 480), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
            }

            using var encoded = cut.Encode(SKEncodedImageFormat.Jpeg, 90);
            File.WriteAllBytes($"{work}/{i:d4}.jpg", encoded.ToArray());
        }

        var made = 0;
        var drawings = Files(folders, ".png");
        for (var i = 0; made < Drawings && i < drawings.Count; i++)
        {
            // Spread over the whole list; blank ones and narrow ones have no result to compare.
            var content = File.ReadAllBytes(drawings[(int)(i * 7919L % drawings.Count)]);
            try
            {
                Decoder.Decode(content);
                File.WriteAllBytes($"{work}/{made:d4}.png", content);
                made++;
            }
            catch (ImageRejectedException)
            {
            }
        }
    }

    private static void Compare(string work, string pattern)
    {
        var contents = Directory.GetFiles(work, pattern).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        if (contents.Count == 0)
            return;

        Dictionary<string, List<double>> rates = [];
        void Note(int round, string name, double rate)
        {
            if (round > 0)
                (rates.TryGetValue(name, out var list) ? list : rates[name] = []).Add(rate);
        }

        var reference = $"{work}/reference";
        for (var round = 0; round <= Rounds; round++)
        {
            Note(round, Ours, Rate(contents, content => Decoder.Decode(content)));
            foreach (var (name, rate) in round > 0 ? Peers.Measure(work, pattern, Size, round == 1 ? reference : null) : [])
                Note(round, name, rate);
        }

        Console.WriteLine($"{contents.Count} {pattern}, images per CPU-second, medians of {Rounds} rounds:");
        foreach (var (name, list) in rates)
        {
            // The machine's pace changes: what is compared is compared in the same round.
            var ratios = rates[Ours].Zip(list, (ours, theirs) => ours / theirs).ToList();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {name}: {Median(list):0} ({list.Min():0} to {list.Max():0}); Pipeline over it {Median(ratios):0.00} × ({ratios.Min():0.00} to {ratios.Max():0.00})"));
        }

        if (File.Exists(reference))
        {
            var differences = Differences(contents, File.ReadAllBytes(reference));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  to the exact area means of what PIL decodes, of 255: mean {differences.Average():0.000}, worst image {differences.Max():0.000}"));
            File.Delete(reference);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Rate(List<byte[]> contents, Action<byte[]> decode)
    {
        decode(contents[0]);
        using var process = Process.GetCurrentProcess();
        var begin = process.TotalProcessorTime;
        contents.ForEach(decode);
        process.Refresh();
        return contents.Count / (process.TotalProcessorTime - begin).TotalSeconds;
    }

    /// <param name="reference">[N, S, S, 3].</param>
    private static List<double> Differences(List<byte[]> contents, byte[] reference)
    {
        const int Plane = Size * Size;
        return [.. contents.Select((content, n) =>
        {
            var pixels = Decoder.Decode(content).Pixels;
            return Enumerable.Range(0, 3 * Plane).Average(i => Math.Abs(pixels[i] - reference[(((n * Plane) + (i % Plane)) * 3) + (i / Plane)]));
        })];
    }

    public static List<string> Files(string[] folders, string extension) =>
        [.. folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*" + extension, SearchOption.AllDirectories)).Order(StringComparer.Ordinal)];
}
