using Azure.Storage.Blobs.Models;
using Pipeline.Lake.Places;
using Xunit;

namespace Pipeline.Tests.Integration.Lake;

/// <summary>A folder brought into the lake, as a container and as a mounted folder.</summary>
public sealed class LakeUploadTests(SharedServers servers)
{
    public static TheoryData<bool> Mounted => [false, true];

    [Theory]
    [MemberData(nameof(Mounted))]
    public async Task An_uploaded_folder_is_the_same_dataset_version(bool mounted)
    {
        using var lake = await FilledAsync();
        var target = Target(lake, mounted);

        var done = await lake.Upload.UploadAsync(lake.Folder, target);

        Assert.Equal(new UploadProgress(22, 22, 0, Bytes(lake)), done);
        Assert.Equal((await lake.ImportAllAsync(lake.Folder)).Key, (await lake.ImportAllAsync(target)).Key);
        var names = await NamesAsync(lake, mounted);
        Assert.Equal(23, names.Count);
        Assert.Superset(new HashSet<string> { "a/000.bmp", "labels.csv", "README.md", "_SUCCESS" }, names);
    }

    [Theory]
    [MemberData(nameof(Mounted))]
    public async Task What_is_there_with_the_same_bytes_is_left(bool mounted)
    {
        using var lake = await FilledAsync();
        await lake.Upload.UploadAsync(lake.Folder, Target(lake, mounted));
        lake.Drop("a/000.bmp", Bitmaps.Bmp(5000));
        lake.Drop("a/new.bmp", Bitmaps.Bmp(5001, size: 16));

        var told = new List<UploadProgress>();
        var done = await lake.Upload.UploadAsync(lake.Folder, Target(lake, mounted), new Told(told.Add));

        Assert.Equal((23, 2, 21), (done.Files, done.Copied, done.Present));
        Assert.Equal(Bitmaps.Bmp(1).Length + Bitmaps.Bmp(1, size: 16).Length, done.Bytes);
        Assert.Equal(Enumerable.Range(1, 23), told.Select(progress => progress.Copied + progress.Present));
        Assert.Equal((await lake.ImportAllAsync(lake.Folder)).Key, (await lake.ImportAllAsync(Target(lake, mounted))).Key);
    }

    [Theory]
    [MemberData(nameof(Mounted))]
    public async Task An_upload_that_breaks_off_is_not_called_complete(bool mounted)
    {
        using var lake = await FilledAsync();
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            lake.Upload.UploadAsync(lake.Folder, Target(lake, mounted), new Told(_ => stop.Cancel()), stop.Token));

        Assert.DoesNotContain("_SUCCESS", await NamesAsync(lake, mounted));
        Assert.InRange((await lake.Upload.UploadAsync(lake.Folder, Target(lake, mounted))).Present, 1, 21);
        Assert.Contains("_SUCCESS", await NamesAsync(lake, mounted));
    }

    [Fact]
    public async Task A_file_of_many_blocks_comes_whole()
    {
        using var lake = await FilledAsync();
        lake.Drop("big.bin", Bitmaps.Noise(1, 20_000_001));

        await lake.Upload.UploadAsync(lake.Folder, Target(lake, mounted: false));
        var again = await lake.Upload.UploadAsync(lake.Folder, Target(lake, mounted: false));

        Assert.Equal((23, 0, 23), (again.Files, again.Copied, again.Present));
        Assert.Equal(
            await File.ReadAllBytesAsync(Path.Combine(lake.Folder, "big.bin")), (await lake.Container.GetBlobClient("birds/big.bin").DownloadContentAsync()).Value.Content.ToArray());
    }

    [Fact]
    public async Task What_cannot_be_uploaded_is_told_in_one_line()
    {
        using var lake = await FilledAsync();
        var target = Target(lake, mounted: false);

        Assert.StartsWith("'https://elsewhere.blob.core.windows.net/c/birds' lies in none", await RefusalAsync(lake, lake.Folder, "https://elsewhere.blob.core.windows.net/c/birds"));
        Assert.StartsWith($"There is no folder '{lake.Folder}-not'", await RefusalAsync(lake, $"{lake.Folder}-not", target));
        Assert.Contains("holds no files to upload", await RefusalAsync(lake, Directory.CreateDirectory(Path.Combine(lake.Mount, "empty")).FullName, target));
        await lake.Container.DeleteAsync();
        Assert.StartsWith($"There is no container for '{target}/", await RefusalAsync(lake, lake.Folder, target));
    }

    private async Task<TestLake> FilledAsync()
    {
        var lake = await TestLake.CreateAsync(await servers.AzuriteAsync());
        lake.DropPictures("a", 10, 0);
        lake.DropPictures("b", 10, 100);
        lake.Drop("labels.csv", $"file,label\n{string.Join('\n', Enumerable.Range(0, 10).SelectMany(i => new[] { $"a/{i:d3}.bmp,a", $"b/{i:d3}.bmp,b" }))}\n");
        lake.Drop("README.md", "birds");
        lake.Drop(".hidden", "not for the lake");
        lake.Drop("_SUCCESS", "of an earlier drop");
        return lake;
    }

    private static string Target(TestLake lake, bool mounted) => mounted ? $"{TestLake.MountUrl}/birds" : $"{lake.Url}/birds";

    private static long Bytes(TestLake lake) => Directory.EnumerateFiles(lake.Folder, "*", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) is not (".hidden" or "_SUCCESS")).Sum(file => new FileInfo(file).Length);

    private static async Task<string> RefusalAsync(TestLake lake, string folder, string target) =>
        (await Assert.ThrowsAsync<PipelineException>(() => lake.Upload.UploadAsync(folder, target))).Message;

    private static async Task<HashSet<string>> NamesAsync(TestLake lake, bool mounted)
    {
        var folder = Path.Combine(lake.Mount, "birds");
        return mounted
            ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file))]
            : await lake.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, "birds/", default).Select(blob => blob.Name["birds/".Length..]).ToHashSetAsync();
    }

    /// <summary>Tells at once, in the thread of the work.</summary>
    private sealed class Told(Action<UploadProgress> tell) : IProgress<UploadProgress>
    {
        public void Report(UploadProgress value) => tell(value);
    }
}
