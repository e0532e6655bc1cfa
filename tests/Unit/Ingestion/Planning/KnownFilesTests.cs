using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning;
using Pipeline.Lake.Places;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

public class KnownFilesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_a_file_of_the_same_path_and_version_is_known()
    {
        using var lake = new TestLake();
        var known = new KnownFiles(lake.Store, "here");
        await ReplaceAsync(known, Known("a", "1"), Known("b", "1"), Known("c", "1"), Known("e", "1"), Known("f", "1"));

        Assert.Equal(["a", "c"], await JoinAsync(known, new("a", Version: "1"), new("b", Version: "2"), new("bb", Version: "1"), new("c", Version: "1"), new("d", Version: "1"), new("e"), new("f", RejectionReason.UnsafeName, Version: "1")));
        Assert.Empty(await JoinAsync(new KnownFiles(lake.Store, "there"), new LakeFile("a", Version: "1")));
    }

    [Fact]
    public async Task The_newest_look_counts_and_leaves_one_list()
    {
        using var lake = new TestLake();
        var known = new KnownFiles(lake.Store, "here");
        await ReplaceAsync(known, Known("a", "1"));
        await ReplaceAsync(known, Known("a", "2"));

        Assert.Equal(["a"], await JoinAsync(known, new LakeFile("a", Version: "2")));
        Assert.Equal(1, await lake.Store.ListAsync("listings", Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task A_folder_that_has_grown_is_named_by_its_content_as_if_it_were_read_anew()
    {
        using var lake = new TestLake();
        lake.DropPictures("cat", 5, firstSeed: 0);
        Settle(lake);
        await lake.FingerprintAsync();
        lake.DropPictures("dog", 5, firstSeed: 10);
        Settle(lake);

        var grown = await lake.FingerprintAsync();
        await new KnownFiles(lake.Store, lake.Folder).ForgetAsync(Cancellation);

        Assert.Equal(await lake.FingerprintAsync(), grown);
    }

    [Fact]
    public async Task A_file_that_changed_behind_its_version_is_found_when_it_is_imported_and_all_are_read_again()
    {
        using var lake = new TestLake();
        lake.DropPictures("cat", 20, firstSeed: 0);
        Settle(lake);
        await lake.FingerprintAsync();
        var content = File.ReadAllBytes(Path.Combine(lake.Folder, "cat/000.png"));
        content[^20] ^= 1;
        lake.Drop("cat/000.png", content);
        Settle(lake);

        var plan = await lake.PlanAsync();
        await Assert.ThrowsAsync<PipelineException>(() => lake.ImportAsync(plan, 0));

        Assert.NotEqual(plan.Root, (await lake.PlanAsync()).Root);
    }

    private static async Task ReplaceAsync(KnownFiles known, params KnownFile[] files)
    {
        using var spool = new Spool<KnownFile>();
        Array.ForEach(files, file => spool.Add(file));
        await known.ReplaceAsync(spool, Cancellation);
    }

    private static KnownFile Known(string path, string version) => new(path, version, 1, new string('0', 64));

    private static async Task<List<string>> JoinAsync(KnownFiles known, params LakeFile[] files) =>
        await known.JoinAsync(files.ToAsyncEnumerable(), Cancellation).Where(found => found.Known is not null).Select(found => found.File.Path).ToListAsync(Cancellation);

    // As old as files of a lake are.
    private static void Settle(TestLake lake)
    {
        foreach (var file in Directory.EnumerateFiles(lake.Folder, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }
    }
}
