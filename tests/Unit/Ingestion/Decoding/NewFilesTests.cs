using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Planning;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Kinds;
using Pipeline.Lake.Places;
using Pipeline.Tests.Unit.Lake.Containers;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Decoding;

public partial class NewFilesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_files_are_read_once()
    {
        using var lake = Eager(Filled());
        var planned = await PlanAsync(lake);
        Directory.Delete(lake.Folder, recursive: true);
        var plan = planned.Plan!.Value.Content;

        Assert.Equal((plan.Chunks.Count, (int)plan.Items), (planned.Made.Parts, planned.Made.Items));
        Assert.Equal(60, (await ImportAsync(lake, plan)).Summary.Samples);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(20)]
    [InlineData(1)]
    public async Task The_store_holds_the_same_as_if_all_had_been_handed_out(int files)
    {
        using var handedOut = Filled();
        using var lake = Eager(Filled(), files);

        await handedOut.ImportAllAsync();
        await lake.ImportAllAsync();

        Assert.Equal(await ContentAsync(handedOut), await ContentAsync(lake));
    }

    [Fact]
    public async Task Chunks_beyond_the_most_files_are_left_to_others()
    {
        using var lake = Eager(Filled(), 20);
        var planned = await PlanAsync(lake);

        Assert.InRange(planned.Made.Items, 7, 20);
        Assert.Equal(Enumerable.Range(planned.Made.Parts, planned.Plan!.Value.Content.Chunks.Count - planned.Made.Parts),
            await MissingAsync(lake, planned));
    }

    [Fact]
    public async Task Chunks_before_a_container_are_made_and_those_behind_it_are_left()
    {
        using var handedOut = Filled();
        using var lake = Eager(Filled());
        // Not named as what it is.
        var zip = Archives.Zip([.. Enumerable.Range(0, 10).Select(i => ($"{i}.png", Pictures.Png(500 + i)))]);
        handedOut.Drop("dog/0155.png", zip);
        lake.Drop("dog/0155.png", zip);

        await handedOut.ImportAllAsync();
        var planned = await PlanAsync(lake);
        var missing = await MissingAsync(lake, planned);
        await ImportAsync(lake, planned.Plan!.Value.Content);

        Assert.InRange(planned.Made.Parts, 3, planned.Plan.Value.Content.Chunks.Count - 3);
        Assert.Equal(planned.Plan.Value.Content.Chunks.Count - planned.Made.Parts, missing.Count);
        Assert.Equal(await ContentAsync(handedOut), await ContentAsync(lake));
    }

    [Fact]
    public async Task A_drop_beside_what_is_known_is_taken_where_its_chunks_hold_nothing_else()
    {
        using var lake = Eager(Filled());
        await lake.ImportAllAsync();
        lake.DropPictures("zebra", 30, firstSeed: 1000);
        var planned = await PlanAsync(lake);

        Assert.InRange(planned.Made.Items, 14, 30);
        Assert.Equal(90, (await ImportAsync(lake, planned.Plan!.Value.Content)).Summary.Samples);
    }

    [Fact]
    public async Task Files_that_were_written_again_or_whose_looks_were_forgotten_are_only_read()
    {
        using var lake = Eager(Filled());
        await lake.ImportAllAsync();
        lake.Drop("cat/002.png", File.ReadAllBytes(Path.Combine(lake.Folder, "cat/002.png")));
        lake.Drop("labels.csv", File.ReadAllText(Path.Combine(lake.Folder, "labels.csv")) + "dog/0000.png,z\n");
        var again = await PlanAsync(lake);
        await new KnownFiles(lake.Store, lake.Folder).ForgetAsync(Cancellation);
        var forgotten = await PlanAsync(lake);

        Assert.Equal((0, 0), (again.Made.Parts, forgotten.Made.Parts));
        // The one with another label.
        Assert.Single(await MissingAsync(lake, forgotten));
    }

    [Fact]
    public async Task What_was_made_before_planning_was_stopped_is_kept()
    {
        using var handedOut = Filled();
        using var lake = Eager(Filled());
        for (var i = 0; i < 1000; i++)
            lake.Drop($"tiger/{i:d4}.png", "");

        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => lake.Planner.PlanAsync(lake.Experiment, lake.Folder, new StopAtFirst(stop), stop.Token));
        var made = await lake.Store.ListAsync("datasets/pictures/parts", Cancellation).CountAsync(Cancellation);
        Directory.Delete(Path.Combine(lake.Folder, "tiger"), recursive: true);
        var planned = await PlanAsync(lake);
        var expected = await handedOut.ImportAllAsync();
        var dataset = await ImportAsync(lake, planned.Plan!.Value.Content);

        Assert.InRange(made, 20, int.MaxValue);
        Assert.Equal(0, planned.Made.Parts);
        Assert.Equal(expected.Shards, dataset.Shards);
    }

    [Fact]
    public async Task A_file_that_has_grown_since_it_was_listed_is_read_as_it_is_and_left_to_others()
    {
        using var lake = Eager(Filled());
        var parts = await PartNames.ReadAsync(lake.Store, lake.Experiment.Data,
            DecodingSpec.Of(lake.Experiment, lake.Options), Cancellation);
        var folder = new ShortListing(new LocalFolder(lake.Folder));
        await using var newFiles = lake.NewFilesOf(folder, parts, new ChunkLimits(7, 1 << 20, 64));
        var known = new KnownFiles(lake.Store, "short");
        using var listing = await LakeSources.ReadAsync(
            folder, known, lake.Options, lake.Experiment, newFiles, cancellation: Cancellation);

        Assert.Equal(await lake.FingerprintAsync(), listing.Fingerprint);
        Assert.Equal(0, listing.Made.Parts);
    }

    private static Task<PlannedImport> PlanAsync(TestLake lake) =>
        lake.Planner.PlanAsync(lake.Experiment, lake.Folder, cancellation: Cancellation);

    private static Task<IReadOnlyList<int>> MissingAsync(TestLake lake, PlannedImport planned) =>
        new DatasetCommitter(lake.Store).MissingAsync(planned.Plan!.Value.Content, Cancellation);

    private static async Task<DatasetManifest> ImportAsync(TestLake lake, ImportPlan plan)
    {
        foreach (var chunk in await new DatasetCommitter(lake.Store).MissingAsync(plan, Cancellation))
            await lake.ImportAsync(plan, chunk);

        return await lake.CommitAsync(plan);
    }

    /// <summary>Keys and contents, but for how long things took, and for where the lake lies.</summary>
    private static async Task<IReadOnlyList<string>> ContentAsync(TestLake lake)
    {
        var content = new List<string>();
        foreach (var prefix in new[] { "datasets", "quarantine" })
        {
            await foreach (var artifact in lake.Store.ListAsync(prefix, Cancellation))
            {
                await using var stream = await lake.Store.OpenReadAsync(artifact.Key, Cancellation);
                using var bytes = new MemoryStream();
                await stream.CopyToAsync(bytes, Cancellation);
                content.Add($"{artifact.Key} "
                    + $"{(artifact.Key.EndsWith(".json", StringComparison.Ordinal) ? Told(Encoding.UTF8.GetString(bytes.ToArray())) : Digest.Of(bytes.ToArray()))}");
            }
        }

        return content;

        string Told(string manifest) => Seconds().Replace(manifest, "").Replace(lake.Folder, "", StringComparison.Ordinal);
    }

    [GeneratedRegex("\"seconds\": ?[0-9.eE-]+")]
    private static partial Regex Seconds();

    private static TestLake Eager(TestLake lake, int files = int.MaxValue)
    {
        lake.Options = new() { ChunkItems = 7, ShardBytes = 640, ReadAhead = 5, MaxFileBytes = 1000, EagerFiles = files, Parallelism = 2 };
        return lake;
    }

    /// <summary>Sixty pictures, a copy of one, and what cannot be used: cut, too large, empty, no picture,
    /// and labels that contradict each other.</summary>
    private static TestLake Filled()
    {
        var lake = new TestLake { Options = new() { ChunkItems = 7, ShardBytes = 640, MaxFileBytes = 1000, EagerFiles = 0 } };
        lake.DropPictures("cat", 30, firstSeed: 0);
        for (var i = 0; i < 30; i++)
            lake.Drop($"dog/{i * 10:d4}.png", Pictures.Png(100 + i));

        lake.Drop("cat/013-cut.png", Pictures.Png(13)[..^20]);
        lake.Drop("cat/014-large.png", Pictures.Png(14, size: 40));
        lake.Drop("cat/015-copy.png", Pictures.Png(15));
        lake.Drop("dog/0101-text.jpg", "no picture");
        lake.Drop("dog/0102-empty.jpg", "");
        lake.Drop("labels.csv", "file,label\ncat/000.png,x\ncat/001.png,y\ncat/001.png,z\nnowhere.png,x\n");
        return lake;
    }

    private sealed class StopAtFirst(CancellationTokenSource stop) : IProgress<long>
    {
        public void Report(long value) => stop.Cancel();
    }

    /// <summary>Says that files are a byte shorter than they are.</summary>
    private sealed class ShortListing(ILakeFolder folder) : ILakeFolder
    {
        public string Name => folder.Name;

        public string NameOf(string path) => folder.NameOf(path);

        public Task<LakeFolderState> StateAsync(CancellationToken cancellation = default) => folder.StateAsync(cancellation);

        public IAsyncEnumerable<LakeFile> FilesAsync(LakeContent content, CancellationToken cancellation = default) =>
            folder.FilesAsync(content, cancellation).Select(file => file with { Bytes = Math.Max(file.Bytes - 1, 0) });

        public IAsyncEnumerable<LakeEntry> EntriesAsync(string path, CancellationToken cancellation = default) =>
            folder.EntriesAsync(path, cancellation);

        public Task<bool> HasFileAsync(string path, CancellationToken cancellation = default) => folder.HasFileAsync(path, cancellation);

        public Task<Stream> OpenReadAsync(string path, CancellationToken cancellation = default) =>
            folder.OpenReadAsync(path, cancellation);
    }
}
