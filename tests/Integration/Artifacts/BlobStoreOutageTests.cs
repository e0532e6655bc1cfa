using Pipeline.Artifacts;
using Pipeline.Artifacts.Blob;
using Pipeline.Tests.Servers;
using Xunit;

namespace Pipeline.Tests.Integration.Artifacts;

/// <summary>The server is killed in the middle of a transfer and comes back.</summary>
public sealed class BlobStoreOutageTests
{
    private const int Block = 1 << 20;
    private const int Large = 32 * Block;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_upload_ends_right()
    {
        await using var server = await AzuriteServer.StartAsync();
        await using var proxy = new FaultyProxy(server.Port);
        using var stores = new BlobStores(Through(proxy, server), InBlocks);
        var content = Content();
        await stores.Open().CheckAsync(Token);

        var hold = proxy.HoldAfter(Large / 2);
        var upload = stores.Open().CreateAsync("a", (stream, token) => stream.WriteAsync(content, token).AsTask(), Token);
        await KillInTheMiddleAsync(server, hold, upload);

        var put = await upload;
        Assert.True(put.Created);
        Assert.Equal(Digest.Of(content), put.Reference.Digest);
        Assert.True(stores.Measurements.Retries > 0);
        await stores.Open().MaterializeAsync(put.Reference, Token);
    }

    [Fact]
    public async Task A_large_download_ends_right()
    {
        await using var server = await AzuriteServer.StartAsync();
        await using var proxy = new FaultyProxy(server.Port);
        using var stores = new BlobStores(Through(proxy, server), InBlocks);
        var content = Content();
        var put = await stores.Open().CreateAsync("a", (stream, token) => stream.WriteAsync(content, token).AsTask(), Token);

        var hold = proxy.HoldAfter(Large / 2);
        var download = stores.Open().MaterializeAsync(put.Reference, Token);
        await KillInTheMiddleAsync(server, hold, download);

        Assert.Equal(content, await File.ReadAllBytesAsync(await download, Token));
        Assert.True(stores.Measurements.Retries > 0);
        Assert.InRange(stores.Measurements.BytesRead, Large, Large);
    }

    [Fact]
    public async Task A_long_read_goes_on_where_it_was()
    {
        await using var server = await AzuriteServer.StartAsync();
        await using var proxy = new FaultyProxy(server.Port);
        using var stores = new BlobStores(Through(proxy, server), InBlocks);
        var content = Content();
        await stores.Open().CreateAsync("a", (stream, token) => stream.WriteAsync(content, token).AsTask(), Token);

        var hold = proxy.HoldAfter(Large / 2);
        var read = ReadAsync(stores.Open());
        await KillInTheMiddleAsync(server, hold, read);

        Assert.Equal(content, await read);
        Assert.Equal(Large, stores.Measurements.BytesRead);
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_known_for_its_own()
    {
        await using var server = await AzuriteServer.StartAsync();
        await using var proxy = new FaultyProxy(server.Port);
        using var stores = new BlobStores(Through(proxy, server));
        var store = stores.Open();
        await store.CheckAsync(Token);

        proxy.LoseNextAnswer();
        var put = await store.CreateAsync("a", (stream, token) => stream.WriteAsync("content"u8.ToArray(), token).AsTask(), Token);
        Assert.Equal(new PutResult(new ArtifactReference("a", Digest.Of("content"u8), 7), Created: true), put);
        Assert.Equal(1, stores.Measurements.Retries);
    }

    [Fact]
    public async Task A_store_that_stays_away_is_told_at_once_by_the_check_and_after_its_attempts_by_a_request()
    {
        await using var server = await AzuriteServer.StartAsync();
        using var stores = new BlobStores(server.ConnectionString, options =>
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

    private static async Task KillInTheMiddleAsync(AzuriteServer server, FaultyProxy.Hold hold, Task transfer)
    {
        using (hold)
        {
            await hold.Reached.WaitAsync(Token);
            await server.KillAsync();
            Assert.False(transfer.IsCompleted);
        }

        await server.StartAgainAsync();
    }

    private static async Task<byte[]> ReadAsync(BlobArtifactStore store)
    {
        await using var reader = await store.OpenReadAsync("a", Token);
        using var read = new MemoryStream();
        await reader.CopyToAsync(read, Token);
        return read.ToArray();
    }

    private static string Through(FaultyProxy proxy, AzuriteServer server) => server.ConnectionString.Replace($":{server.Port}/", $":{proxy.Port}/");

    private static void InBlocks(StoreOptions options) => options.Transfer.BlockBytes = Block;

    private static byte[] Content()
    {
        var content = new byte[Large];
        new Random(1).NextBytes(content);
        return content;
    }
}
