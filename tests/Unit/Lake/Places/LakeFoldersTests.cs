using Microsoft.Extensions.Options;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Places;
using Pipeline.Tests.Unit.Artifacts;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Places;

public class LakeFoldersTests
{
    private const string Emulator = "UseDevelopmentStorage=true";

    [Theory]
    [InlineData("https://other.blob.core.windows.net/lake/birds")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/lakes")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/lake/../secrets")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/lake/a\\b")]
    [InlineData("file:///etc")]
    public void A_place_outside_the_locations_is_refused_with_what_is_valid(string source)
    {
        var error = Assert.Throws<PipelineException>(() => Folders(anyFolder: true).Open(source));

        Assert.Contains($"'{source}' lies in none of the lake's locations; it must be one of http://127.0.0.1:10000/devstoreaccount1/lake, lake://mounted", error.Message);
    }

    [Fact]
    public void A_folder_is_refused_where_only_the_lake_may_be_read()
    {
        var error = Assert.Throws<PipelineException>(() => Folders(anyFolder: false).Open("/etc"));

        Assert.Equal("The source '/etc' is a folder of some machine; it must be a place in the lake: http://127.0.0.1:10000/devstoreaccount1/lake, lake://mounted.", error.Message);
        Assert.IsType<LocalFolder>(Folders(anyFolder: true).Open("/etc"));
    }

    [Fact]
    public void A_container_is_told_by_its_URL()
    {
        var folder = Assert.IsType<BlobFolder>(Folders(anyFolder: false).Open("http://127.0.0.1:10000/devstoreaccount1/lake/birds/"));

        Assert.Equal("http://127.0.0.1:10000/devstoreaccount1/lake/birds/cat/a.png", folder.NameOf("cat/a.png"));
    }

    [Fact]
    public async Task A_mounted_location_is_read_from_its_folder_and_called_by_its_URL()
    {
        using var mount = new TemporaryFolder();
        Directory.CreateDirectory(mount["birds"]);
        await File.WriteAllTextAsync(mount["birds/a.png"], "");

        var folder = Folders(anyFolder: false, mount.Path).Open("lake://mounted/birds");

        Assert.Equal(["a.png"], await folder.FilesAsync(LakeContent.Images).Select(file => file.Path).ToListAsync());
        Assert.Equal("lake://mounted/birds", folder.Name);
    }

    [Fact]
    public void No_symbolic_link_leads_out_of_a_mounted_location()
    {
        using var mount = new TemporaryFolder();
        Directory.CreateSymbolicLink(mount["out"], "/etc");

        var error = Assert.Throws<PipelineException>(() => Folders(anyFolder: false, mount.Path).Open("lake://mounted/out/ssl"));

        Assert.Contains("'lake://mounted/out/ssl' leads over a symbolic link", error.Message);
    }

    private static LakeFolders Folders(bool anyFolder, string mount = "/nowhere")
    {
        var options = Options.Create(new LakeOptions
        {
            AnyFolder = anyFolder,
            Locations =
            [
                new LakeLocation { Url = "http://127.0.0.1:10000/devstoreaccount1/lake", ConnectionString = Emulator },
                new LakeLocation { Url = "lake://mounted", Folder = mount },
            ],
        });
        return new LakeFolders(new LakeLocations(options), new LakeContainers(), options);
    }
}
