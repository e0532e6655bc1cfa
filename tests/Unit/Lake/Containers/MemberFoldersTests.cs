using Pipeline.Lake.Kinds;
using Pipeline.Lake.Unpacking;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

public class MemberFoldersTests
{
    [Theory]
    [InlineData("cat/a dog/b", "cat dog", "cat/a")]
    [InlineData("data/cat/a data/dog/b", "cat dog", "cat/a")]
    [InlineData("data/train/cat/a data/test/dog/b", "test train", "train/cat/a")]
    [InlineData("data/cat/a data/cat/b", "data", "data/cat/a")] // one class, and where it is from
    [InlineData("data/cat/a data/dog/b data/c", "data", "data/cat/a")] // a picture of its own
    [InlineData("data/cat/a data/dog/b data/notes.txt data/labels.csv", "cat dog", "cat/a")] // notes and tables
    [InlineData("data/cat/a data/dog/b c", "data", "data/cat/a")]
    [InlineData("data/cat/a data/dog/b more/cat/a", "data more", "data/cat/a")]
    [InlineData("a b", "", "a")]
    public void A_folder_that_wraps_folders_only_is_no_class(string members, string top, string first)
    {
        var folders = new MemberFolders(LakeContent.Images);
        foreach (var member in members.Split(' '))
            folders.Add(member);

        Assert.Equal(top, string.Join(' ', folders.Top));
        Assert.Equal(first, folders.Unwrap(members.Split(' ')[0]));
    }
}
