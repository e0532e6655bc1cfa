using System.Text;
using Pipeline.Lake.Containers.Zip;
using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

public class ZipNamesTests
{
    private const int Utf8Flag = 1 << 11;
    private const int Fat = 0;
    private const int Unix = 3;

    [Theory]
    [InlineData("4b 84 73 65", 0, "Käse")] // code page 437
    [InlineData("47 65 6d 81 73 65", 0, "Gemüse")]
    [InlineData("4b c3 a4 73 65", 0, "Käse")] // UTF-8 that is not said
    [InlineData("4b c3 a4 73 65", Utf8Flag, "Käse")]
    [InlineData("4b 84 73 65", Utf8Flag, "Käse")] // UTF-8 that is none
    [InlineData("63 61 74", 0, "cat")]
    public void A_name_is_what_the_flag_or_its_bytes_say(string bytes, int flags, string name) =>
        Assert.Equal(name, ZipNames.Of(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal)), [], flags, Fat));

    [Fact]
    public void The_unicode_path_of_InfoZIP_goes_before_the_bytes_while_it_speaks_of_them()
    {
        byte[] name = [0x4B, 0x84, 0x73, 0x65];
        byte[] other = [0x1, 0x0, 0x2, 0x0, 0, 0];

        Assert.Equal("チーズ", ZipNames.Of(name, [.. other, .. RawArchives.UnicodePath(name, "チーズ")], 0, Fat));
        Assert.Equal("Käse", ZipNames.Of(name, RawArchives.UnicodePath([0x4B], "チーズ"), 0, Fat));
        Assert.Equal("Käse", ZipNames.Of(name, RawArchives.UnicodePath(name, "チーズ", version: 2), 0, Fat));
        Assert.Equal("cat", ZipNames.Of("cat"u8, RawArchives.UnicodePath(Encoding.UTF8.GetBytes("cat"), "dog"), Utf8Flag, Fat));
    }

    [Theory]
    [InlineData(0, @"cat\a.png", "cat/a.png")]
    [InlineData(6, @"cat\a.png", "cat/a.png")]
    [InlineData(10, @"cat\a.png", "cat/a.png")]
    [InlineData(11, @"cat\a.png", "cat/a.png")]
    [InlineData(14, @"cat\a.png", "cat/a.png")]
    [InlineData(3, @"cat\a.png", @"cat\a.png")]
    [InlineData(19, @"cat\a.png", @"cat\a.png")] // macOS
    [InlineData(0, @"cat\", "cat/")]
    [InlineData(0, @"..\x", "../x")]
    [InlineData(0, @"C:\x", @"C:\x")]
    [InlineData(null, @"cat\a.png", "cat/a.png")]
    [InlineData(null, @"cat/a\b.png", @"cat/a\b.png")]
    public void Backslashes_are_separators_where_the_system_has_no_others(int? system, string written, string name) =>
        Assert.Equal(name, ZipNames.Of(Encoding.UTF8.GetBytes(written), [], 0, system));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_zip_from_Windows_gives_its_classes_with_or_without_its_directory(bool isCut)
    {
        using var lake = new TestLake();
        byte[] cheese = [0x4B, 0x84, 0x73, 0x65];
        RawEntry[] entries =
        [
            new("cat\\", []),
            .. Enumerable.Range(0, 24).Select(i => new RawEntry([.. i % 2 == 0 ? "cat"u8 : cheese, .. Encoding.ASCII.GetBytes($"\\{i}.png")], Pictures.Png(i), 0, [])),
        ];
        var zip = RawArchives.Zip(Fat, entries);
        lake.Drop("data.zip", isCut ? zip[..^30] : zip);

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(["Käse", "cat"], dataset.Classes);
        Assert.Equal(24, dataset.Summary.Labelled);
        Assert.Equal(isCut ? 1 : 0, (await lake.RejectionsAsync(dataset)).Count);
    }

    [Fact]
    public async Task Names_that_lead_out_by_backslashes_are_refused()
    {
        using var lake = new TestLake();
        lake.DropPictures("cat", 20, 0);
        lake.Drop("fat.zip", RawArchives.Zip(Fat, [.. new[] { @"..\x.png", @"\x.png", @"C:\x.png", @"a\\x.png" }.Select((name, i) => new RawEntry(name, Pictures.Png(100 + i)))]));
        lake.Drop("unix.zip", RawArchives.Zip(Unix, new RawEntry(@"cat\x.png", Pictures.Png(200))));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(20, dataset.Summary.Samples);
        Assert.Equal(Enumerable.Repeat(RejectionReason.UnsafeName, 5), (await lake.RejectionsAsync(dataset)).Select(rejection => rejection.Reason));
    }
}
