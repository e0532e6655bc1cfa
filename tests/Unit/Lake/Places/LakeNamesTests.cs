using Pipeline.Lake.Kinds;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Places;

public class LakeNamesTests
{
    [Theory]
    [InlineData("a.png", true)]
    [InlineData("cat/2024/a b.png", true)]
    [InlineData("..a/b..png", true)]
    [InlineData("", false)]
    [InlineData("cat//a.png", false)]
    [InlineData("/a.png", false)]
    [InlineData("cat/", false)]
    [InlineData("cat/../a.png", false)]
    [InlineData("./a.png", false)]
    [InlineData("cat\\a.png", false)]
    [InlineData("cat/a\n.png", false)]
    [InlineData("a\u007f.png", false)]
    public void A_name_that_leads_elsewhere_than_it_says_is_not_safe(string path, bool safe) => Assert.Equal(safe, LakeNames.IsSafe(path));

    [Theory]
    [InlineData("a.png", true)]
    [InlineData("no-ending", true)]
    [InlineData("cat/labels.csv", true)]
    [InlineData("labels.csv", false)]
    [InlineData("cat/README.md", false)]
    [InlineData("_SUCCESS", false)]
    [InlineData(".hidden.png", false)]
    [InlineData("cat/.cache/a.png", false)]
    [InlineData("__MACOSX/cat/a.png", false)]
    [InlineData("__macosx/a.png", false)]
    [InlineData("cat/._a.png", false)]
    [InlineData("cat/thumbs.db", false)]
    [InlineData("cat/ehthumbs.db", false)]
    [InlineData("Desktop.ini", false)]
    [InlineData("cat/@eaDir/a.png", false)]
    [InlineData("System Volume Information/a.png", false)]
    [InlineData("cat/~$a.docx", false)]
    [InlineData("recycle/a.png", true)]
    public void Blobs_are_left_out_by_the_names_that_files_are_left_out_by(string path, bool mayBeImage) =>
        Assert.Equal(mayBeImage, LakeNames.MayBeContent(path, LakeContent.Images));

    [Fact]
    public void A_name_is_shown_on_one_line() => Assert.Equal("a%0Ab%00.png", LakeNames.Shown("a\nb\0.png"));

    [Theory]
    [InlineData("a.txt", true)]
    [InlineData("all.jsonl", true)]
    [InlineData("all.csv", true)]
    [InlineData("all.tsv", true)]
    [InlineData("labels.csv", false)]
    [InlineData("labels.jsonl", false)]
    [InlineData("spam/labels.csv", true)]
    [InlineData("data.yaml", false)]
    [InlineData("README.md", false)]
    [InlineData("ham/README.txt", false)]
    public void Of_sequences_files_of_text_are_content(string path, bool mayBeContent) =>
        Assert.Equal(mayBeContent, LakeNames.MayBeContent(path, LakeContent.Sequences));
}
