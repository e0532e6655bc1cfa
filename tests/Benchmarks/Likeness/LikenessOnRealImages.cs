using System.Diagnostics;
using System.IO.Compression;
using Pipeline.Likeness;

namespace Pipeline.Tests.Benchmarks.Likeness;

/// <summary>What the thresholds find of altered copies, and what they take for copies,
/// in a folder of four IDX files of 28×28 images: Fashion-MNIST's.</summary>
internal static class LikenessOnRealImages
{
    private const int Header = 16;
    private const int CopyEvery = 20;

    private static readonly InputSpec Input = new(28, 1);

    private static readonly LikenessThresholds[] Tried =
    [
        new(4, 0.995), new(6, 0.98), new(6, 0.99), new(6, 0.995), new(6, 0.997), new(6, 0.999), new(8, 0.99), new(8, 0.995), new(10, 0.995),
    ];

    public static void Run(string folder)
    {
        var train = Read(Path.Combine(folder, "train-images-idx3-ubyte.gz"));
        var test = Read(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"));
        byte[][] images = [.. train, .. test];
        Split[] splits = [.. train.Select(_ => Split.Train), .. test.Select(_ => Split.Test)];
        var clock = Stopwatch.StartNew();
        Look[] looks = [.. images.Select(pixels => Look.Of(pixels, Input))];
        Console.WriteLine(
            $"{train.Length} + {test.Length} images; {1e6 * clock.Elapsed.TotalSeconds / images.Length:f0} µs for the hash and thumbnail "
            + "of one");
        var altered = Copies.All.ToDictionary(
            copy => copy.Name, copy => Enumerable.Range(0, images.Length / CopyEvery)
            .Select(i => (looks[i * CopyEvery], Look.Of(copy.Alter(images[i * CopyEvery]), Input))).ToList());
        foreach (var likeness in Tried)
        {
            Console.WriteLine($"\nat most {likeness.Distance} bits, correlation of at least {likeness.Correlation}:");
            Console.WriteLine("  found of copies: "
                + string.Join(", ", altered.Select(copy => $"{copy.Key} {Share(copy.Value, likeness):f1} %")));
            Group(looks, splits, likeness);
        }
    }

    private static double Share(List<(Look, Look)> pairs, LikenessThresholds likeness) =>
        100.0 * pairs.Count(pair => pair.Item1.IsLike(pair.Item2, likeness)) / pairs.Count;

    private static void Group(Look[] all, Split[] splits, LikenessThresholds likeness)
    {
        using var looks = new PictureLooks(likeness, Thumbnail.Bytes(Input), 70_000);
        foreach (var look in all)
            looks.Add(look.Hash, look.Thumbnail);

        var alike = new List<Alike>(1);
        var clock = Stopwatch.StartNew();
        var stars = SampleStars.Of(looks);
        var seconds = clock.Elapsed.TotalSeconds;
        var leaks = LeakedPair.Find(looks, sample => splits[sample]);
        var straddling = Enumerable.Range(0, all.Length).Count(IsAlikeToAnotherGroup);
        Console.WriteLine(
            $"  {stars.Members} samples ({100.0 * stars.Members / all.Length:f2} %) in {stars.Groups} groups, the largest of "
            + $"{stars.Largest}, in {seconds:f1} s; " +
            $"{straddling} alike to a sample of another group; {leaks.Count} pairs across train and test, of "
            + $"{leaks.Select(pair => pair.HeldOut).Distinct().Count()} test samples");

        bool IsAlikeToAnotherGroup(int sample)
        {
            looks.FindAlike(sample, other => stars[other] != stars[sample], alike, most: 1, below: sample);
            return alike.Count > 0;
        }
    }

    private static byte[][] Read(string path)
    {
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var buffer = new MemoryStream();
        file.CopyTo(buffer);
        return [.. buffer.ToArray().Skip(Header).Chunk(Input.Size * Input.Size)];
    }
}
