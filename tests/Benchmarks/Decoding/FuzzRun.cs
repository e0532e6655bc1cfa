using Pipeline.Images;
using Pipeline.Tests.Unit.Images.Hostile;

namespace Pipeline.Tests.Benchmarks.Decoding;

/// <summary>The fuzz of the unit tests, as long as one likes.</summary>
internal static class FuzzRun
{
    /// <param name="count">Damaged files, for each way to decode a JPEG.</param>
    public static void Run(int count, int seed)
    {
        foreach (var (name, size) in new[] { (JpegDecoders.Skia, Fuzz.Means), (JpegDecoders.Skia, Fuzz.Library), (JpegDecoders.Choose(TurboJpegUse.Auto), Fuzz.Library) }.Distinct())
        {
            var fuzz = new Fuzz(name, size);
            var wrong = Enumerable.Range(seed, count).Select(fuzz.Try).OfType<string>().ToList();
            Console.WriteLine($"{name}, samples of {size}×{size}: {count} files, {fuzz.Accepted} accepted, {wrong.Count} of them wrong");
            wrong.Take(20).ToList().ForEach(Console.WriteLine);
        }
    }
}
