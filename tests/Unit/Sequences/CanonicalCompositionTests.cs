using System.Globalization;
using System.Text;
using Xunit;

namespace Pipeline.Tests.Unit.Sequences;

public class CanonicalCompositionTests
{
    /// <summary>Random strings of characters that decompose, combine, block each other or are excluded, with their form C by Python's unicodedata (Unicode 14).</summary>
    [Fact]
    public void It_composes_as_another_implementation_does()
    {
        var rows = File.ReadAllLines(Repository.PathOf("tests/Unit/Sequences/form-c.txt")).Select(line => line.Split(';').Select(Text).ToArray()).ToList();

        Assert.Equal(150, rows.Count);
        Assert.All(rows, row => Assert.Equal(row[1], CanonicalComposition.Of(row[0])));
        Assert.All(rows, row => Assert.Equal(row[1], CanonicalComposition.Of(row[1])));
    }

    [Theory]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("a\u0323\u0307", "\u1EA1\u0307")]
    [InlineData("a\u0307\u0323", "\u1EA1\u0307")]
    [InlineData("plain", "plain")]
    [InlineData("<\u0338", "\u226E")]
    [InlineData("\U00011382\U000113C9", "\U00011383")]
    public void What_is_written_two_ways_becomes_one(string written, string composed) => Assert.Equal(composed, CanonicalComposition.Of(written));

    [Fact]
    public void Half_a_surrogate_pair_is_replaced() => Assert.Equal("é\uFFFD\u4E00", CanonicalComposition.Of("e\u0301\uD800\u4E00"));

    [Fact]
    public void A_run_of_marks_without_end_takes_no_time_and_loses_none()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("\u0301\u0316", 200_000));

        Assert.Equal(text.Length - 1, CanonicalComposition.Of(text).Length);
    }

    private static string Text(string codes)
    {
        var text = new StringBuilder();
        foreach (var code in codes.Split(' '))
        {
            text.Append(new Rune(int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());
        }

        return text.ToString();
    }
}
