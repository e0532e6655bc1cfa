using Pipeline.Sequences.Documents;
using Xunit;

namespace Pipeline.Tests.Unit.Sequences;

public class DocumentWindowsTests
{
    [Fact]
    public void Sequences_are_cut_exactly() => Assert.Equal(["ACG", "TAC", "G"], Cut("ACGTACG", 3, atSpaces: false));

    [Theory]
    [InlineData("one two three", 8, "one two|three")]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("one two three", 6, "one|two|three")]
    [InlineData("abcdefgh ij", 3, "abc|def|gh|ij")]
    [InlineData("fits", 4, "fits")]
    [InlineData("ab\ncd ef", 5, "ab\ncd|ef")]
    [InlineData("a😀😀", 2, "a|😀|😀")]
    public void Text_is_cut_at_the_last_white_space_that_fits(string text, int most, string windows) =>
        Assert.Equal(windows.Split('|'), Cut(text, most, atSpaces: true));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_but_white_space_is_lost_and_no_window_is_too_long(int seed)
    {
        var random = new Random(seed);
        var text = string.Concat(Enumerable.Range(0, 5000).Select(_ => random.Next(6) == 0 ? ' ' : (char)random.Next('a', 'z'))).Trim();

        var windows = Cut(text, 37, atSpaces: true);

        Assert.All(windows, window => Assert.InRange(window.Trim().Length, 1, 37));
        Assert.Equal(text.Replace(" ", "", StringComparison.Ordinal), string.Concat(windows).Replace(" ", "", StringComparison.Ordinal));
    }

    private static List<string> Cut(string text, int most, bool atSpaces) =>
        [.. DocumentWindows.Of(text, most, atSpaces).Select(window => text.Substring(window.Start, window.Length))];
}
