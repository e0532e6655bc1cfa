using Pipeline.Ingestion.Sources;
using Pipeline.Tests.Unit.Artifacts;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Sources;

public class FolderListingTests
{
    [Fact]
    public void Files_come_in_ordinal_order_of_their_whole_paths()
    {
        using var folder = new TemporaryFolder();
        string[] paths = ["b/z.png", "a/b.png", "a-b/c.png", "a.png", "B/y.png", "a/b/c.png", "a/b-c.png"];
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            File.WriteAllText(folder[path], "");
        }

        Assert.Equal(paths.Order(StringComparer.Ordinal), Paths(folder));
    }

    [Fact]
    public void What_is_no_image_by_its_role_is_passed_over()
    {
        using var folder = new TemporaryFolder();
        foreach (var path in new[] { "README", "readme.rst", "LICENSE.md", "labels.csv", "classes.txt", "a.json", ".DS_Store", "_SUCCESS", "Thumbs.db", "a.jpg", "no-ending" })
        {
            File.WriteAllText(folder[path], "");
        }

        Directory.CreateDirectory(folder[".hidden"]);
        File.WriteAllText(folder[".hidden/b.jpg"], "");

        Assert.Equal(["a.jpg", "no-ending"], Paths(folder));
    }

    [Fact]
    public void Symbolic_links_are_not_followed()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["real"]);
        File.WriteAllText(folder["real/a.jpg"], "");
        Directory.CreateSymbolicLink(folder["loop"], folder.Path);
        File.CreateSymbolicLink(folder["b.jpg"], folder["real/a.jpg"]);

        Assert.Equal(["real/a.jpg"], Paths(folder));
    }

    [Fact]
    public void A_files_version_changes_with_its_length_and_its_time_and_is_not_told_of_what_was_just_written()
    {
        using var folder = new TemporaryFolder();
        var now = DateTime.UtcNow;
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(folder["a.png"], "1");

        string? Version(TimeSpan age, string content)
        {
            File.WriteAllText(folder["a.png"], content);
            File.SetLastWriteTimeUtc(folder["a.png"], now - age);
            return FolderListing.Files(folder.Path, now).Single().Version;
        }

        var version = Version(TimeSpan.FromHours(1), "1");
        Assert.NotNull(version);
        Assert.Equal(version, Version(TimeSpan.FromHours(1), "2"));
        Assert.NotEqual(version, Version(TimeSpan.FromHours(1), "22"));
        Assert.NotEqual(version, Version(TimeSpan.FromHours(2), "1"));
        Assert.Null(Version(TimeSpan.FromSeconds(1), "1"));
        Assert.Null(Version(TimeSpan.FromHours(-1), "1"));
    }

    private static IEnumerable<string> Paths(TemporaryFolder folder) => FolderListing.Files(folder.Path, DateTime.UtcNow).Select(file => file.Path);
}
