using System.Diagnostics;
using System.Net.Sockets;
using Pipeline.Artifacts;
using Pipeline.Lake.Places;
using Pipeline.Tests.Unit.Artifacts;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

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
        Assert.Equal(["b.jpg", "loop"], FolderListing.Files(folder.Path, DateTime.UtcNow).Where(file => file.IsLink).Select(file => file.Path));
        Assert.Equal([new LakeEntry("real", true)], FolderListing.Entries(folder.Path));
    }

    [Theory]
    [InlineData("__MACOSX/cat/._a.jpg")]
    [InlineData("cat/@eaDir/a.jpg")]
    [InlineData("#recycle/a.jpg")]
    [InlineData("Lost+Found/a.jpg")]
    [InlineData("$Recycle.Bin/a.jpg")]
    [InlineData("cat/THUMBS.DB")]
    [InlineData("cat/~$a.docx")]
    [InlineData("cat/.~lock.a.odt#")]
    [InlineData(".Trash-1000/files/a.jpg")]
    public void Litter_is_left_alone_wherever_it_stands(string litter)
    {
        using var folder = new TemporaryFolder();
        foreach (var path in (string[])["cat/a.jpg", litter])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            File.WriteAllText(folder[path], "");
        }

        Assert.Equal(["cat/a.jpg"], Paths(folder));
        Assert.Equal(["cat/a.jpg"], FolderListing.AllFiles(folder.Path).Select(file => file.Path));
        Assert.Equal([new LakeEntry("cat", true)], FolderListing.Entries(folder.Path));
    }

    [Fact]
    public void A_folder_that_cannot_be_listed_is_named_and_the_rest_goes_on()
    {
        using var folder = new TemporaryFolder();
        foreach (var path in (string[])["a/1.jpg", "b/2.jpg", "c/d/3.jpg"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            File.WriteAllText(folder[path], "");
        }

        var found = FolderListing.Files(folder.Path, DateTime.UtcNow, list: RefuseB).ToList();

        Assert.Equal([("a/1.jpg", null), ("b/", RejectionReason.Unreadable), ("c/d/3.jpg", (RejectionReason?)null)], found.Select(file => (file.Path, file.Rejection)));
        Assert.Equal("the folder cannot be listed: no", found[1].Detail);
        Assert.Contains("cannot be listed", Assert.Throws<PipelineException>(() => FolderListing.Files(folder["b"], DateTime.UtcNow, list: RefuseB).ToList()).Message);

        static IEnumerable<FileSystemInfo> RefuseB(DirectoryInfo below) => below.Name == "b" ? throw new UnauthorizedAccessException("no") : below.EnumerateFileSystemInfos();
    }

    [Fact]
    public void Names_that_are_no_UTF8_are_named_and_the_rest_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems refuse such names.");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        Shell(folder.Path, @"printf x > $'K\344se.jpg'; mkdir $'B\366r'; printf x > $'B\366r/a.jpg'; printf x > ok.jpg; printf x > $'real\357\277\275.jpg'");

        var found = FolderListing.Files(folder.Path, DateTime.UtcNow).Select(file => (file.Path, file.Rejection)).ToList();
        var entries = FolderListing.Entries(folder.Path).Select(entry => entry.Name).Order(StringComparer.Ordinal).ToList();
        Shell(folder.Path, "rm -r *");

        Assert.Equal([("B\uFFFDr/", RejectionReason.UnsafeName), ("K\uFFFDse.jpg", RejectionReason.UnsafeName), ("ok.jpg", null), ("real\uFFFD.jpg", (RejectionReason?)null)], found);
        Assert.Equal(["ok.jpg", "real\uFFFD.jpg"], entries);
    }

    [Fact]
    public void Pipes_sockets_and_devices_are_named_and_not_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems are not asked.");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        Shell(folder.Path, "mkfifo pipe.jpg; printf '' > empty.jpg");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder["socket.jpg"]));

        Assert.Equal(
            [("empty.jpg", null, null), ("pipe.jpg", RejectionReason.NotAFile, "a named pipe"), ("socket.jpg", (RejectionReason?)RejectionReason.NotAFile, (string?)"a socket")],
            FolderListing.Files(folder.Path, DateTime.UtcNow).Select(file => (file.Path, file.Rejection, file.Detail)));
        Assert.Equal("a device", SpecialFile.Of("/dev/null"));
        Assert.Null(SpecialFile.Of(folder.Path));
        Assert.Null(SpecialFile.Of(folder["missing"]));
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

    private static IEnumerable<string> Paths(TemporaryFolder folder) => FolderListing.Files(folder.Path, DateTime.UtcNow).Where(file => !file.IsLink).Select(file => file.Path);

    private static void Shell(string folder, string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = folder })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
