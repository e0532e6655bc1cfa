using Pipeline.Images;
using Xunit;

namespace Pipeline.Tests.Unit.Images.Formats;

/// <summary>A small picture in each variant of each format, as Pillow reads it; <c>make.py</c> makes the files.</summary>
public class FormatsTests
{
    private const int Side = 16;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Images", "Formats");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.rgb").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_shows_what_Pillow_reads_in_it(string file)
    {
        var content = File.ReadAllBytes(Path.Combine(Folder, file));
        var expected = File.ReadAllBytes(Path.Combine(Folder, $"{file}.rgb"));

        var made = new ImageDecoder(new InputSpec(Side, 3), new ImageLimits(1_000_000, 32, 100)).Decode(content).Pixels;

        var differences = Enumerable.Range(0, expected.Length).Select(i => Math.Abs(expected[i] - made[(i % 3 * Side * Side) + (i / 3)]));
        Assert.InRange(differences.Max(), 0, MostBeside(file));
    }

    /// <summary>What is rounded may fall to either side: 16 or 5 bits to 8, colours under alpha, and a JPEG's transforms, which libraries do in more than one way. All else is exact.</summary>
    private static int MostBeside(string file) => file.EndsWith(".jpg", StringComparison.Ordinal) ? 3 : file.Contains("-16", StringComparison.Ordinal) || file.Contains("alpha", StringComparison.Ordinal) ? 1 : 0;
}
