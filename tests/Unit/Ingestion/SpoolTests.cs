using Pipeline.Artifacts;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion;

public class SpoolTests
{
    private sealed record Entry(int Number, string Text);

    /// <summary>In memory, at its bound, and beyond it: a megabyte.</summary>
    [Theory]
    [InlineData(0, 10)]
    [InlineData(3, 10)]
    [InlineData(2000, 1000)]
    [InlineData(2, 600_000)]
    [InlineData(1, 2_000_000)]
    public async Task What_was_added_comes_back_in_order_as_items_and_as_lines(int count, int length)
    {
        using var spool = new Spool<Entry>();
        var entries = Enumerable.Range(0, count).Select(i => new Entry(i, new string('a', length))).ToList();
        using var lines = new MemoryStream();
        foreach (var entry in entries)
            lines.Write(spool.Add(entry).Span);

        using var copy = new MemoryStream();
        await spool.CopyToAsync(copy, TestContext.Current.CancellationToken);

        Assert.Equal(count, spool.Count);
        Assert.Equal(entries, spool.Items());
        Assert.Equal(lines.ToArray(), copy.ToArray());
        Assert.Equal(string.Concat(entries.Select(entry => $"{{\"number\":{entry.Number},\"text\":\"{entry.Text}\"}}\n")),
            System.Text.Encoding.UTF8.GetString(lines.ToArray()));
    }
}
