using Azure.Storage.Blobs;
using Pipeline.Artifacts;
using Pipeline.Tests.Servers;
using Xunit;

namespace Pipeline.Tests.Integration.Artifacts;

/// <summary>The server is killed in the middle of a transfer and comes back.</summary>
public sealed class BlobStoreOutageTests
{
    // Small blocks and few at a time: the transfer must outlast the kill.
    private const int Block = 1 << 16;
    private const int Large = 1 << 28;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_upload_ends_right()
    {
        await using var server = await AzuriteServer.StartAsync();
        using var stores = new BlobStores(server, Slow);
        var content = Content();
        await stores.Open().CheckAsync(Token);

        var upload = stores.Open().CreateAsync("a", (stream, token) => stream.WriteAsync(content, token).AsTask(), Token);
        await server.KillAsync();
        Assert.False(upload.IsCompleted);
        Assert.InRange(stores.Measurements.BytesWritten, 1, Large - 1);
        await server.StartAgainAsync();

        var put = await upload;
        Assert.True(put.Created);
        Assert.Equal(Digest.Of(content), put.Reference.Digest);
        Assert.True(stores.Measurements.Retries > 0);
        await stores.Open().MaterializeAsync(put.Reference, Token);
    }

    [Fact]
    public async Task A_large_download_and_a_long_read_end_right()
    {
        await using var server = await AzuriteServer.StartAsync();
        using var fast = new BlobStores(server);
        using var stores = new BlobStores(server, options =>
        {
            Slow(options);
            options.Blob.Container = fast.Container;
        });
        var content = Content();
        var put = await fast.Open().CreateAsync("a", (stream, token) => stream.WriteAsync(content, token).AsTask(), Token);
        await using var reader = await fast.Open().OpenReadAsync("a", Token);
        var read = new byte[content.Length];
        await reader.ReadExactlyAsync(read.AsMemory(0, Large / 2), Token);

        var download = stores.Open().MaterializeAsync(put.Reference, Token);
        await server.KillAsync();
        Assert.False(download.IsCompleted);
        Assert.InRange(stores.Measurements.BytesRead, 1, Large - 1);
        await server.StartAgainAsync();

        Assert.Equal(Digest.Of(content), await DigestOfAsync(await download));
        Assert.True(stores.Measurements.Retries > 0);
        await reader.ReadExactlyAsync(read.AsMemory(Large / 2), Token);
        Assert.Equal(Digest.Of(content), Digest.Of(read));
    }

    [Fact]
    public async Task A_create_whose_answer_is_lost_is_known_for_its_own()
    {
        await using var server = await AzuriteServer.StartAsync();
        await using var proxy = new AnswerLosingProxy(server.Port);
        using var stores = new BlobStores(server, options => options.Blob.ConnectionString = server.ConnectionString.Replace($":{server.Port}/", $":{proxy.Port}/"));
        var store = stores.Open();
        await store.CheckAsync(Token);

        proxy.LoseNextAnswer();
        var put = await store.CreateAsync("a", (stream, token) => stream.WriteAsync("content"u8.ToArray(), token).AsTask(), Token);
        Assert.True(put.Created);
        Assert.Equal(1, stores.Measurements.Retries);
        Assert.Equal("content", (await new BlobContainerClient(server.ConnectionString, stores.Container).GetBlobClient("a").DownloadContentAsync(Token)).Value.Content.ToString());

        var before = (await store.FindAsync("a", Token))!;
        proxy.LoseNextAnswer();
        var after = await store.ReplaceAsync("a", "changed"u8.ToArray(), before.ETag, Token);
        Assert.Equal(2, stores.Measurements.Retries);
        Assert.Equal((await store.FindAsync("a", Token))!.ETag, after);
    }

    [Fact]
    public async Task A_store_that_stays_away_is_told_at_once_by_the_check_and_after_its_attempts_by_a_request()
    {
        await using var server = await AzuriteServer.StartAsync();
        using var stores = new BlobStores(server, options =>
        {
            options.Resilience.Attempts = 3;
            options.Resilience.BaseDelay = TimeSpan.FromMilliseconds(10);
        });
        var store = stores.Open();
        await server.StopAsync();

        Assert.Contains(store.Address, (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckAsync(Token))).Message);
        Assert.Equal(0, stores.Measurements.Retries);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.FindAsync("a/b", Token));
        Assert.StartsWith($"The store {store.Address} is not available for 'a/b': ", error.Message);
        Assert.DoesNotContain("AccountKey", error.ToString());
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(2, stores.Measurements.Retries);
    }

    private static void Slow(StoreOptions options) => (options.Transfer.BlockBytes, options.Transfer.Parallel) = (Block, 2);

    private static byte[] Content()
    {
        var content = new byte[Large];
        new Random(1).NextBytes(content);
        return content;
    }

    private static async Task<string> DigestOfAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return await Digest.OfAsync(file, Token);
    }
}
