using Pipeline.Ingestion;
using Pipeline.Ingestion.Images;
using Pipeline.Tests.Unit.Ingestion.Images.Hostile;

namespace Pipeline.Tests.Benchmarks.Decoding;

/// <summary>The fuzz of the unit tests, as long as one likes.</summary>
internal static class FuzzRun
{
    /// <param name="count">Damaged files, for each JPEG decoder.</param>
    public static void Run(int count, int seed)
    {
        foreach (var name in new[] { JpegDecoders.Skia, JpegDecoders.Choose(TurboJpegUse.Auto) }.Distinct())
        {
            var fuzz = new Fuzz(name);
            var wrong = Enumerable.Range(seed, count).Select(fuzz.Try).OfType<string>().ToList();
            Console.WriteLine($"JPEG by {name}: {count} files, {fuzz.Accepted} accepted, {wrong.Count} of them wrong");
            wrong.Take(20).ToList().ForEach(Console.WriteLine);
        }
    }
}
