using Pipeline.Tests.Unit.Images.Hostile;

namespace Pipeline.Tests.Benchmarks.Decoding;

/// <summary>The fuzz of the unit tests, as long as one likes.</summary>
internal static class FuzzRun
{
    /// <param name="count">Damaged files, for each way to decode a JPEG.</param>
    public static void Run(int count, int seed)
    {
        foreach (var size in new[] { Fuzz.Means, Fuzz.Library })
        {
            var fuzz = new Fuzz(size);
            var wrong = Enumerable.Range(seed, count).Select(fuzz.Try).OfType<string>().ToList();
            Console.WriteLine($"samples of {size}×{size}: {count} files, {fuzz.Accepted} accepted, {wrong.Count} of them wrong");
            wrong.Take(20).ToList().ForEach(Console.WriteLine);
        }
    }
}
