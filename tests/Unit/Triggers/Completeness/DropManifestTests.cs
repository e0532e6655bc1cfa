using System.Text;
using Pipeline.Triggers.Completeness;
using Xunit;

namespace Pipeline.Tests.Unit.Triggers.Completeness;

public class DropManifestTests
{
    [Theory]
    [InlineData("12", 12)]
    [InlineData(" 12\n", 12)]
    [InlineData("""{ "count": 3 }""", 3)]
    [InlineData("""{ "files": 4 }""", 4)]
    [InlineData("""{ "files": ["a", "b"] }""", 2)]
    [InlineData("""["a", "b", "c"]""", 3)]
    public void A_manifest_says_how_many_files_there_are(string content, long expected) =>
        Assert.Equal(expected, DropManifest.Expected(Encoding.UTF8.GetBytes(content)));

    [Theory]
    [InlineData("")]
    [InlineData("many")]
    [InlineData("-1")]
    [InlineData("""{ "count": "3" }""")]
    [InlineData("""{ "total": 3 }""")]
    public void Another_manifest_says_nothing(string content) => Assert.Null(DropManifest.Expected(Encoding.UTF8.GetBytes(content)));
}
