using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Pipeline.Ingestion.Rejecting;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Rejecting;

public class RejectedFilesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dataset_version_tells_what_was_left_out_of_it()
    {
        using var lake = new TestLake();
        lake.DropPictures("cat", 20, firstSeed: 0);
        lake.Drop("cat/empty.png", []);
        lake.Drop("cat/notes.png", "not a picture");
        lake.Drop("labels.csv", "file,label\ncat/000.png,cat\nghost.png,cat\n");
        await lake.ImportAllAsync();

        Assert.Equal(["cat/empty.png empty", "cat/notes.png not-an-image", "ghost.png unknown-file"], await ListAsync(lake, "pictures"));
        Assert.Empty(await ListAsync(lake, "others"));
    }

    [Fact]
    public async Task An_import_under_way_tells_what_it_met_so_far()
    {
        using var lake = new TestLake { Options = new() { ChunkItems = 2, EagerFiles = 0 } };
        lake.Drop("a.png", []);
        lake.Drop("b.png", Pictures.Png(1));
        lake.Drop("c.png", []);
        await lake.ImportAsync(await lake.PlanAsync(), 0);

        Assert.Equal(["a.png empty"], await ListAsync(lake, null));
    }

    [Fact]
    public async Task An_import_of_which_nothing_can_be_used_still_tells_why()
    {
        using var lake = new TestLake();
        lake.Drop("a.png", []);
        lake.Drop("b.png", "text");
        await Assert.ThrowsAsync<PipelineException>(lake.ImportAllAsync);

        Assert.Equal(["a.png empty", "b.png not-an-image"], await ListAsync(lake, null));
    }

    [Fact]
    public async Task What_was_mended_is_listed_no_more()
    {
        using var lake = new TestLake();
        lake.DropPictures("cat", 20, firstSeed: 0);
        lake.Drop("cat/late.png", []);
        await lake.ImportAllAsync();
        lake.Drop("cat/late.png", Pictures.Png(99));
        foreach (var file in Directory.EnumerateFiles(((FolderArtifactStore)lake.Store).Root, "plan.json", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        }

        await lake.ImportAllAsync();

        Assert.Empty(await ListAsync(lake, "pictures"));
    }

    [Fact]
    public async Task Quarantine_keeps_the_bytes_and_says_why_and_whence()
    {
        using var lake = new TestLake();
        lake.DropPictures("cat", 20, firstSeed: 0);
        lake.Drop("cat/notes.png", "not a picture");
        await lake.ImportAllAsync();

        var why = new List<QuarantinedFile>();
        await foreach (var found in lake.Store.ListAsync("quarantine/pictures", Cancellation))
        {
            if (found.Key.EndsWith(".json", StringComparison.Ordinal))
            {
                why.Add(await lake.Store.ReadManifestAsync<QuarantinedFile>(found.Key, Cancellation));
            }
        }

        var file = Assert.Single(why);
        Assert.Equal(("cat/notes.png", "not-an-image", Path.Combine(lake.Folder, "cat/notes.png")), (file.Path, file.Reason, file.Source));
        Assert.StartsWith("the content is neither JPEG", file.Message, StringComparison.Ordinal);
        using var kept = new StreamReader(await lake.Store.OpenReadAsync($"quarantine/pictures/{file.Sha256}", Cancellation));
        Assert.Equal("not a picture", await kept.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Each_of_many_rejected_files_is_kept_with_its_own_bytes()
    {
        using var lake = new TestLake();
        lake.DropPictures("cat", 40, firstSeed: 0);
        for (var file = 0; file < 80; file++)
        {
            lake.Drop($"cat/{file:d2}.txt.png", $"not picture {file:d2}");
        }

        var rejections = await lake.RejectionsAsync(await lake.ImportAllAsync());

        Assert.Equal(80, rejections.Count);
        foreach (var rejection in rejections)
        {
            using var kept = new StreamReader(await lake.Store.OpenReadAsync($"quarantine/pictures/{rejection.Sha256}", Cancellation));
            Assert.Equal($"not picture {rejection.Path[4..6]}", await kept.ReadToEndAsync(Cancellation));
        }
    }

    private static async Task<List<string>> ListAsync(TestLake lake, string? dataset)
    {
        var lines = new List<string>();
        await foreach (var (_, rejections) in new RejectedFiles(lake.Store).ListAsync(dataset, Cancellation))
        {
            await foreach (var rejection in rejections)
            {
                lines.Add($"{rejection.Path} {Rejection.NameOf(rejection.Reason)}");
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }
}
