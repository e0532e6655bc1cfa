using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Caching;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts.Caching;

public sealed class FileCacheTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private int _fetches;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Cached => _folder["cache"];

    public void Dispose()
    {
        _services.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_is_fetched_once_whoever_asks()
    {
        var cache = Open();
        var paths = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => FindAsync(cache, "content"), Token)));
        await FindAsync(Open(), "content");

        Assert.Equal(1, _fetches);
        Assert.Equal("content", await File.ReadAllTextAsync(Assert.Single(paths.Distinct()), Token));
    }

    [Fact]
    public async Task A_damaged_file_is_fetched_again_by_the_next_process()
    {
        var path = await FindAsync(Open(), "content");
        await File.WriteAllTextAsync(path, "CONTENT", Token);

        await FindAsync(Open(), "content");

        Assert.Equal(2, _fetches);
        Assert.Equal("content", await File.ReadAllTextAsync(path, Token));
    }

    [Fact]
    public async Task A_file_of_another_length_is_fetched_again_at_once()
    {
        var cache = Open();
        await File.WriteAllTextAsync(await FindAsync(cache, "content"), "cut", Token);

        Assert.Equal("content", await File.ReadAllTextAsync(await FindAsync(cache, "content"), Token));
    }

    [Fact]
    public async Task A_cache_that_was_emptied_or_removed_fills_again()
    {
        var cache = Open();
        await FindAsync(cache, "content");
        Directory.Delete(Cached, recursive: true);

        Assert.Equal("content", await File.ReadAllTextAsync(await FindAsync(cache, "content"), Token));
    }

    [Fact]
    public async Task A_fetch_that_fails_leaves_nothing_and_the_next_one_succeeds()
    {
        var cache = Open();
        var reference = Reference("content");
        await Assert.ThrowsAsync<InvalidDataException>(() => cache.FindOrAddAsync(reference, (file, _) =>
        {
            RandomAccess.Write(file, new byte[3], 0);
            throw new InvalidDataException();
        }, Token));

        Assert.Empty(Directory.EnumerateFiles(Cached, "*", SearchOption.AllDirectories));
        await FindAsync(cache, "content");
    }

    [Fact]
    public async Task What_was_used_longest_ago_makes_room()
    {
        var cache = Open(bytes: 4 * MiB);
        var first = await FindAsync(cache, Block('a'));
        var second = await FindAsync(cache, Block('b'));
        var third = await FindAsync(cache, Block('c'));
        File.SetLastWriteTimeUtc(first, DateTime.UtcNow.AddHours(-2));
        File.SetLastWriteTimeUtc(second, DateTime.UtcNow.AddHours(-3));
        File.SetLastWriteTimeUtc(third, DateTime.UtcNow.AddHours(-1));
        await FindAsync(cache, Block('b'));

        await FindAsync(cache, Block('d'));
        await FindAsync(cache, Block('e'));

        Assert.False(File.Exists(first));
        Assert.True(File.Exists(second));
        Assert.Equal(4 * MiB, Size());
    }

    [Fact]
    public async Task Many_files_never_take_more_than_the_limit()
    {
        var cache = Open(bytes: 3 * MiB);
        for (var letter = 'a'; letter <= 'z'; letter++)
        {
            await FindAsync(cache, Block(letter));
            Assert.InRange(Size(), 1, 3 * MiB);
        }
    }

    [Fact]
    public async Task A_file_in_use_stays_readable_after_it_made_room()
    {
        var cache = Open(bytes: MiB);
        await using var reader = File.Open(await FindAsync(cache, Block('a')), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

        await FindAsync(cache, Block('b'));

        Assert.False(File.Exists(reader.Name));
        using var text = new StreamReader(reader);
        Assert.Equal(Block('a'), await text.ReadToEndAsync(Token));
    }

    [Fact]
    public async Task A_file_just_used_is_kept_above_the_limit()
    {
        var cache = Open(bytes: MiB, grace: TimeSpan.FromHours(1));
        var first = await FindAsync(cache, Block('a'));
        await FindAsync(cache, Block('b'));

        Assert.True(File.Exists(first));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../etc/passwd0")]
    [InlineData("sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    public async Task What_is_no_digest_names_no_file(string digest)
    {
        var error = await Assert.ThrowsAsync<PipelineException>(() => Open().FindOrAddAsync(new ArtifactReference("a", digest, 1), (_, _) => Task.CompletedTask, Token));
        Assert.Contains($"'{digest}'", error.Message);
    }

    [Fact]
    public void A_folder_that_cannot_be_one_is_named()
    {
        File.WriteAllText(Cached, "");

        var error = Assert.Throws<PipelineException>(() => Open());
        Assert.Contains(Cached, error.Message);
        Assert.Contains("Store:Cache:Folder", error.Message);
    }

    private FileCache Open(long bytes = 100 * MiB, TimeSpan grace = default) => new(
        new CacheOptions { Folder = Cached, Bytes = bytes, Kept = 1, Grace = grace },
        new ArtifactMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
        TimeProvider.System);

    private Task<string> FindAsync(FileCache cache, string content) => cache.FindOrAddAsync(Reference(content), async (file, token) =>
    {
        Interlocked.Increment(ref _fetches);
        await RandomAccess.WriteAsync(file, Encoding.ASCII.GetBytes(content), 0, token);
    }, Token);

    private static ArtifactReference Reference(string content) => new("a", Digest.Of(Encoding.ASCII.GetBytes(content)), content.Length);

    private static string Block(char letter) => new(letter, MiB);

    private long Size() => new DirectoryInfo(Cached).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
