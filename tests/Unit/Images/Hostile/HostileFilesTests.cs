using Pipeline.Images;
using Pipeline.Images.Files;
using Xunit;

namespace Pipeline.Tests.Unit.Images.Hostile;

public class HostileFilesTests
{
    private static readonly ImageDecoder Decoder = new(new InputSpec(16, 3), new ImageLimits(50_000_000, 32, 100));

    public static TheoryData<string> Names => [.. HostileFiles.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_refused_for_the_right_reason(string name)
    {
        var (content, reason) = HostileFiles.All[name];

        Assert.Equal(reason, Assert.Throws<ImageRejectedException>(() => Decoder.Decode(content)).Reason);
    }

    [Fact]
    public void The_files_they_are_made_from_are_accepted()
    {
        Assert.All(SampleFiles.All.Values, content => Assert.Equal(3 * 16 * 16, Decoder.Decode(content).Pixels.Length));
        Assert.True(HostileFiles.All.Count >= 100);
    }

    [Theory]
    [InlineData("PDF", "a PDF document")]
    [InlineData("SVG after an XML declaration", "a drawing (SVG)")]
    [InlineData("SVG in UTF-16", "a drawing (SVG)")]
    [InlineData("HTML", "a web page (HTML)")]
    [InlineData("XML", "an XML document")]
    [InlineData("shell script", "a script")]
    [InlineData("ELF program", "an ELF program")]
    public void What_is_no_image_is_called_by_its_name(string file, string name)
    {
        var content = HostileFiles.All[$"{file} under an image's name"].Content;

        Assert.Equal(name, Assert.Throws<ImageRejectedException>(() => Decoder.Decode(content)).Detail);
    }
}
