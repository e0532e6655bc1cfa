using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts.Folder;

public sealed class FolderArtifactStoreTests : ArtifactStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FolderArtifactStore _store;

    public FolderArtifactStoreTests() => _store = new FolderArtifactStore(_folder["store"]);

    protected override IArtifactStore Store => _store;

    public void Dispose() => _folder.Dispose();

    protected override IArtifactStore Another() => new FolderArtifactStore(_folder["store"]);

    protected override void Damage(string key)
    {
        using var file = File.OpenWrite(Path.Combine(_store.Root, key));
        file.WriteByte(0);
    }

    [Fact]
    public async Task Neither_its_own_files_nor_logs_are_listed()
    {
        await CreateAsync("a/logs", "an artifact");
        await CreateAsync("logs/pipeline.log", "a log");

        Assert.Equal(["a/logs"], await ListAsync(""));
        Assert.Equal(["logs/pipeline.log"], await ListAsync("logs"));
        Assert.Empty(await ListAsync("store.json"));
        await Assert.ThrowsAsync<ArgumentException>(() => CreateAsync("store.json", "{}"));
        Assert.Equal("{ \"format\": 1 }\n", await File.ReadAllTextAsync(Path.Combine(_store.Root, "store.json"), Token));
    }

    [Fact]
    public async Task Temporary_files_are_gone_after_success_and_failure()
    {
        await CreateAsync("a", "one");
        await CreateAsync("a", "two");
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.CreateAsync("b", (_, _) => throw new InvalidDataException(), Token));

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_store.Root, ".tmp")));
    }

    [Fact]
    public void Temporary_files_of_dead_processes_are_removed_when_the_store_is_opened()
    {
        var stale = Path.Combine(_store.Root, ".tmp", "1-dead");
        var alive = Path.Combine(_store.Root, ".tmp", "2-alive");
        File.WriteAllText(stale, "");
        File.WriteAllText(alive, "");
        File.SetLastWriteTimeUtc(stale, DateTime.UtcNow.AddDays(-2));

        Another();

        Assert.False(File.Exists(stale));
        Assert.True(File.Exists(alive));
    }

    [Fact]
    public async Task What_it_wrote_itself_is_checked_as_soon_as_its_file_has_changed()
    {
        var put = await CreateAsync("a/b", "content");
        Damage("a/b");

        var error = await Assert.ThrowsAsync<PipelineException>(() => Store.MaterializeAsync(put.Reference, Token));
        Assert.Contains("'a/b'", error.Message);
    }

    [Fact]
    public async Task What_another_process_wrote_is_checked_though_nothing_shows_a_change()
    {
        var put = await CreateAsync("a/b", "content");
        var file = Path.Combine(_store.Root, "a/b");
        var written = File.GetLastWriteTimeUtc(file);
        Damage("a/b");
        File.SetLastWriteTimeUtc(file, written);

        await Assert.ThrowsAsync<PipelineException>(() => Another().MaterializeAsync(put.Reference, Token));
        Assert.Equal(file, await Store.MaterializeAsync(put.Reference, Token));
    }

    [Fact]
    public async Task A_full_disk_says_so_and_leaves_nothing()
    {
        const int noSpaceLeft = 28;
        var error = await Assert.ThrowsAsync<PipelineException>(() => Store.CreateAsync("a/b", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[12], token);
            throw new IOException("No space left on device", noSpaceLeft);
        }, Token));

        Assert.Equal($"The disk is full: could not write 'a/b' to {_store.Root} (12 bytes written). Free some space and run the same command again.", error.Message);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_store.Root, ".tmp")));
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task A_folder_and_an_artifact_cannot_have_one_name()
    {
        await CreateAsync("a/b", "");

        Assert.Contains("'a'", (await Assert.ThrowsAsync<PipelineException>(() => CreateAsync("a", ""))).Message);
        Assert.Contains("'a/b/c'", (await Assert.ThrowsAsync<PipelineException>(() => CreateAsync("a/b/c", ""))).Message);
    }

    [Fact]
    public async Task A_symbolic_link_is_not_followed_out_of_the_root()
    {
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(_folder["outside"]).FullName, "secret"), "secret", Token);
        Directory.CreateSymbolicLink(Path.Combine(_store.Root, "link"), _folder["outside"]);
        File.CreateSymbolicLink(Path.Combine(_store.Root, "file"), Path.Combine(_folder["outside"], "secret"));

        Assert.Empty(await ListAsync(""));
        foreach (var key in new[] { "file", "link/secret", "link/new" })
        {
            await Assert.ThrowsAsync<PipelineException>(() => Store.OpenReadAsync(key, Token));
            await Assert.ThrowsAsync<PipelineException>(() => CreateAsync(key, "content"));
            await Assert.ThrowsAsync<PipelineException>(() => Store.DeleteAsync(key, Token));
        }

        Assert.Equal(["secret"], Directory.EnumerateFiles(_folder["outside"]).Select(Path.GetFileName));
    }

    [Fact]
    public void A_root_that_is_a_link_to_a_folder_is_a_root()
    {
        Directory.CreateSymbolicLink(_folder["alias"], _store.Root);

        Assert.Equal(_folder["alias"], new FolderArtifactStore(_folder["alias"]).Root);
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused()
    {
        File.WriteAllText(Path.Combine(_store.Root, "store.json"), "{ \"format\": 2 }");

        var error = Assert.Throws<PipelineException>(Another);
        Assert.Contains(_store.Root, error.Message);
        Assert.Contains("newer version", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{ \"format\": 0 }")]
    [InlineData("{ \"format\": \"1\" }")]
    public void A_store_whose_format_cannot_be_read_is_refused(string json)
    {
        File.WriteAllText(Path.Combine(_store.Root, "store.json"), json);

        Assert.Contains("store.json", Assert.Throws<PipelineException>(Another).Message);
    }

    [Fact]
    public async Task A_check_misses_a_root_that_went_away()
    {
        await Store.CheckAsync(Token);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_store.Root, ".tmp")));
        Directory.Delete(_store.Root, recursive: true);

        Assert.Contains(_store.Root, (await Assert.ThrowsAsync<PipelineException>(() => Store.CheckAsync(Token))).Message);
    }

    [Fact]
    public void A_root_that_is_a_file_or_lies_below_one_is_refused()
    {
        File.WriteAllText(_folder["file"], "");

        foreach (var root in new[] { _folder["file"], Path.Combine(_folder["file"], "store") })
        {
            var error = Assert.Throws<PipelineException>(() => new FolderArtifactStore(root));
            Assert.Contains(root, error.Message);
            Assert.DoesNotContain('\n', error.Message);
        }
    }
}
