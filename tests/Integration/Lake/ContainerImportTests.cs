using Pipeline.Tests.Unit.Lake.Containers;
using Xunit;

namespace Pipeline.Tests.Integration.Lake;

/// <summary>The lake in a container: the same files give the same dataset version as in a folder.</summary>
public sealed class ContainerImportTests(SharedServers servers)
{
    public static TheoryData<string> Layouts => ["class folders", "split folders", "labels.csv", "idx", "archives and tables"];

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task The_same_files_give_the_same_dataset_version_wherever_they_lie(string layout)
    {
        using var lake = await TestLake.CreateAsync(await servers.AzuriteAsync());
        await FillAsync(lake, layout);
        await lake.PutFolderAsync("of/birds");
        await lake.PutFolderAsync("of/birds-2");
        Directory.Move(lake.Folder, Path.Combine(lake.Mount, "birds"));

        var mounted = await lake.ImportAllAsync($"{TestLake.MountUrl}/birds");
        var folder = await lake.ImportAllAsync(Path.Combine(lake.Mount, "birds"));
        var container = await lake.ImportAllAsync($"{lake.Url}/of/birds");

        Assert.All(new[] { mounted, container }, imported =>
        {
            Assert.Equal(folder.Key, imported.Key);
            Assert.Equal(folder.Dataset.Shards, imported.Dataset.Shards);
            Assert.Equal(folder.Dataset.Provenance, imported.Dataset.Provenance);
            Assert.Equal(folder.Dataset.Rejections, imported.Dataset.Rejections);
            Assert.Equal(folder.Dataset.Classes, imported.Dataset.Classes);
        });
        Assert.True(folder.Dataset.Summary.Labelled > 0);
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_is_counted_and_not_followed()
    {
        using var lake = await TestLake.CreateAsync(await servers.AzuriteAsync());
        await FillAsync(lake, "class folders");
        await lake.PutFolderAsync("birds");
        await lake.PutAsync("secret.bmp", Bitmaps.Bmp(9000));
        await lake.PutRawAsync("birds/../secret.bmp", Bitmaps.Bmp(9001));
        await lake.PutRawAsync("birds/a/%2e/b.bmp", Bitmaps.Bmp(9002));
        await lake.PutRawAsync("birds/a//b.bmp", Bitmaps.Bmp(9003));
        await lake.PutRawAsync("birds/a/b%0A.bmp", Bitmaps.Bmp(9004));

        var folder = await lake.ImportAllAsync(lake.Folder);
        var container = await lake.ImportAllAsync($"{lake.Url}/birds");

        Assert.Equal(folder.Dataset.Summary.Samples, container.Dataset.Summary.Samples);
        Assert.Equal(4, container.Dataset.Summary.Rejected["unsafe-name"]);
        Assert.Equal(
            ["../secret.bmp", "a/./b.bmp", "a//b.bmp", "a/b%0A.bmp"],
            (await container.RejectionsAsync()).Where(rejection => rejection.Reason == RejectionReason.UnsafeName).Select(rejection => rejection.Path));
        Assert.NotEqual(folder.Key, container.Key);
    }

    [Fact]
    public async Task Marks_of_directories_and_links_are_no_files()
    {
        using var lake = await TestLake.CreateAsync(await servers.AzuriteAsync());
        await FillAsync(lake, "class folders");
        await lake.PutFolderAsync("birds");
        await lake.PutAsync("birds", [], ("hdi_isfolder", "true"));
        await lake.PutAsync("birds/a", [], ("Hdi_isfolder", "true"));
        await lake.PutRawAsync("birds/empty/", []);
        await lake.PutAsync("birds/a/link.bmp", Bitmaps.Bmp(9000), ("is_symlink", "true"));

        Assert.Equal((await lake.ImportAllAsync(lake.Folder)).Key, (await lake.ImportAllAsync($"{lake.Url}/birds")).Key);
        Assert.Contains((WarningCode.LinksNotFollowed, 1L), (await lake.PlanAsync($"{lake.Url}/birds", lake.NewStore())).Findings.Select(found => (found.Code, found.Count)));
    }

    [Fact]
    public async Task Litter_wrapping_and_splits_are_in_a_container_what_they_are_in_a_folder()
    {
        using var lake = await TestLake.CreateAsync(await servers.AzuriteAsync());
        lake.DropPictures("data/Training/a", 12, firstSeed: 0);
        lake.DropPictures("data/Training/b", 12, firstSeed: 20);
        lake.DropPictures("data/Testing/a", 5, firstSeed: 40);
        lake.DropPictures("data/Testing/b", 5, firstSeed: 50);
        lake.Drop("data/__MACOSX/Training/._000.bmp", "litter");
        lake.Drop("__MACOSX/._data", "litter");
        lake.Drop("notes.txt", "a note");
        await lake.PutFolderAsync("birds");

        var container = await lake.ImportAllAsync($"{lake.Url}/birds");

        Assert.Equal((await lake.ImportAllAsync(lake.Folder)).Key, container.Key);
        Assert.Equal(["a", "b"], container.Dataset.Classes);
        Assert.Equal(10, container.Dataset.Summary.Test);
    }

    [Fact]
    public async Task A_blob_that_changes_or_goes_after_the_plan_is_named()
    {
        using var lake = await TestLake.CreateAsync(await servers.AzuriteAsync(), eagerFiles: 0);
        await FillAsync(lake, "class folders");
        await lake.PutFolderAsync("birds");
        var store = lake.NewStore();
        var plan = await lake.PlanAsync($"{lake.Url}/birds", store);

        await lake.PutAsync("birds/a/000.bmp", Bitmaps.Bmp(777));
        var changed = await Assert.ThrowsAsync<PipelineException>(() => lake.ImportAsync(plan, 0, store));
        await lake.Container.DeleteBlobAsync("birds/a/000.bmp");
        var gone = await Assert.ThrowsAsync<PipelineException>(() => lake.ImportAsync(plan, 0, store));

        Assert.StartsWith($"'{lake.Url}/birds/a/000.bmp' has changed since its import was planned.", changed.Message);
        Assert.StartsWith($"'{lake.Url}/birds/a/000.bmp' is gone since its import was planned.", gone.Message);
    }

    [Fact]
    public async Task What_is_not_there_is_told_by_its_URL()
    {
        using var lake = await TestLake.CreateAsync(await servers.AzuriteAsync());
        await lake.PutAsync("birds/README.md", [1]);

        Assert.StartsWith($"There is no folder '{lake.Url}/fish'. It must be", await RefusalAsync(lake, $"{lake.Url}/fish"));
        Assert.StartsWith($"There is no folder '{lake.Url}/bird'. It must be", await RefusalAsync(lake, $"{lake.Url}/bird"));
        Assert.StartsWith($"'{lake.Url}/birds/README.md' is a file. It must be", await RefusalAsync(lake, $"{lake.Url}/birds/README.md"));
        Assert.StartsWith($"'{lake.Url}/birds' holds no files to import. It must be", await RefusalAsync(lake, $"{lake.Url}/birds"));
        await lake.Container.DeleteAsync();
        Assert.StartsWith($"There is no folder '{lake.Url}/birds'. It must be", await RefusalAsync(lake, $"{lake.Url}/birds"));
    }

    private static async Task<string> RefusalAsync(TestLake lake, string source) =>
        (await Assert.ThrowsAsync<PipelineException>(() => lake.PlanAsync(source, lake.NewStore()))).Message;

    private static async Task FillAsync(TestLake lake, string layout)
    {
        switch (layout)
        {
            case "class folders":
                lake.DropPictures("a", 20, 0);
                lake.DropPictures("b/2024", 20, 100);
                lake.DropPictures("unlabelled", 5, 200);
                lake.Drop("a-b.bmp", Bitmaps.Bmp(300));
                lake.Drop("a/broken.bmp", Bitmaps.Bmp(301)[..100]);
                lake.Drop("a/empty.bmp", []);
                lake.Drop("a/ü #1?.bmp", Bitmaps.Bmp(302));
                lake.Drop("a/%41.bmp", Bitmaps.Bmp(303));
                lake.Drop("a/.hidden.bmp", Bitmaps.Bmp(304));
                lake.Drop(".trash/a.bmp", Bitmaps.Bmp(305));
                lake.Drop("README.md", "birds");
                lake.Drop("_SUCCESS", "");
                break;
            case "split folders":
                lake.DropPictures("train/a", 20, 0);
                lake.DropPictures("train/b", 20, 100);
                lake.DropPictures("test/a", 5, 200);
                lake.DropPictures("val/b", 5, 300);
                break;
            case "labels.csv":
                lake.DropPictures("images", 40, 0);
                var rows = Enumerable.Range(0, 30).Select(i => $"images/{i:d3}.bmp,{(i % 2 == 0 ? "a" : "b")}");
                lake.Drop("labels.csv", $"file,label\n{string.Join('\n', rows)}\nghost.bmp,a\nimages/030.bmp,\n");
                break;
            case "idx":
                lake.DropPacked("train-images-idx3-ubyte", Bitmaps.Idx(Bitmaps.Noise(1, 40 * 64), 40, 8, 8));
                lake.DropPacked("train-labels-idx1-ubyte", Bitmaps.Idx([.. Enumerable.Range(0, 40).Select(i => (byte)(i % 3))], 40));
                lake.Drop("t10k-images-idx3-ubyte", Bitmaps.Idx(Bitmaps.Noise(2, 10 * 64), 10, 8, 8));
                lake.Drop("t10k-labels-idx1-ubyte", Bitmaps.Idx([.. Enumerable.Range(0, 10).Select(i => (byte)(i % 3))], 10));
                lake.Drop("classes.txt", "cow\nbee\nape\n");
                break;
            case "archives and tables":
                lake.DropPictures("a", 10, 0);
                lake.Drop("b/more.zip", Archives.Zip([.. Members("", 100), ("../b.bmp", Bitmaps.Bmp(1))]));
                lake.Drop("c.tar", Archives.Tar([.. Members("c/", 200), ("d.zip", Archives.Zip([.. Members("d/", 300)]))]));
                lake.Drop("e.tgz", Archives.Gzip(Archives.Tar([.. Members("e/", 400)]))[..^100]);
                lake.Drop("f.parquet", await Archives.ParquetAsync([.. Members("", 500).Select(member => member.Content)], [.. Enumerable.Repeat("f", 10)]));
                lake.Drop("g.arrow", Archives.Arrow([.. Members("", 600).Select(member => member.Content)], [.. Enumerable.Repeat(7L, 10)], isFile: true));
                break;
        }
    }

    private static IEnumerable<(string Name, byte[] Content)> Members(string folder, int firstSeed) =>
        Enumerable.Range(firstSeed, 10).Select(seed => ($"{folder}{seed}.bmp", Bitmaps.Bmp(seed)));
}
