using Pipeline.Lake.Places;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Places;

public class SortedFilesTests
{
    [Fact]
    public void A_list_longer_than_memory_comes_in_ordinal_order()
    {
        var paths = Enumerable.Range(0, 120_000).Select(i => $"{i % 7}/é😀{i}.png").ToArray();
        new Random(1).Shuffle(paths);
        using var files = new SortedFiles();
        foreach (var path in paths)
        {
            files.Add(new LakeFile(path, path.Length % 2 == 0 ? RejectionReason.UnsafeName : null));
        }

        Assert.Equal(paths.Order(StringComparer.Ordinal).Select(path => new LakeFile(path, path.Length % 2 == 0 ? RejectionReason.UnsafeName : null)), files.InOrder());
    }

    [Fact]
    public void The_order_is_that_of_folders_and_not_that_of_UTF8()
    {
        using var files = new SortedFiles();
        files.Add(new LakeFile("\uE000"));
        files.Add(new LakeFile("😀"));

        Assert.Equal(["😀", "\uE000"], files.InOrder().Select(file => file.Path));
    }
}
