using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Blob;
using Pipeline.Tests.Servers;
using Pipeline.Tests.Unit.Artifacts;
using Xunit;

namespace Pipeline.Tests.Integration.Artifacts;

public sealed class BlobArtifactStoreTests(SharedServers servers) : ArtifactStoreContract, IAsyncLifetime
{
    private const int Block = 1 << 16;

    private AzuriteServer _server = null!;
    private BlobStores _stores = null!;
    private BlobArtifactStore _store = null!;

    protected override IArtifactStore Store => _store;

    private BlobContainerClient Container => new(_server.ConnectionString, _stores.Container);

    public async ValueTask InitializeAsync()
    {
        _server = await servers.AzuriteAsync();
        _stores = new BlobStores(_server.ConnectionString, options => options.Transfer.BlockBytes = Block);
        _store = _stores.Open();
    }

    public ValueTask DisposeAsync()
    {
        _stores.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override IArtifactStore Another() => _stores.Open();

    protected override void Damage(string key)
    {
        var blob = Container.GetBlobClient(key);
        var metadata = blob.GetProperties().Value.Metadata;
        var bytes = blob.DownloadContent().Value.Content.ToArray();
        bytes[0] ^= 1;
        blob.Upload(BinaryData.FromBytes(bytes), new BlobUploadOptions { Metadata = metadata });
    }

    [Fact]
    public async Task Of_sixteen_writers_of_many_blocks_exactly_one_creates()
    {
        for (var round = 0; round < 5; round++)
        {
            var puts = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(
                () => (writer % 2 == 0 ? Store : Another()).CreateAsync($"race/{round}", (stream, token) => stream.WriteAsync(Bytes(3 * Block, writer), token).AsTask(), Token))));

            var winner = Assert.Single(puts, put => put.Created);
            Assert.All(puts, put => Assert.Equal(winner.Reference, put.Reference));
            await Another().MaterializeAsync(winner.Reference, Token);
        }
    }

    [Theory]
    [InlineData(Block - 1)]
    [InlineData(Block)]
    [InlineData(Block + 1)]
    [InlineData((5 * Block) + 7)]
    public async Task Blocks_and_ranges_give_the_bytes_that_were_written(int length)
    {
        var content = Bytes(length, seed: 1);
        var put = await Store.CreateAsync("a", (stream, token) => stream.WriteAsync(content, token).AsTask(), Token);
        var other = Another();

        Assert.Equal(content, await File.ReadAllBytesAsync(await other.MaterializeAsync(put.Reference, Token), Token));
        await using var stream = await other.OpenReadAsync("a", Token);
        Assert.Equal(length, stream.Length);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, Token);
        Assert.Equal(content, read.ToArray());
        stream.Position = length / 2;
        var rest = new byte[length - (length / 2)];
        stream.ReadExactly(rest);
        Assert.Equal(content[(length / 2)..], rest);
        await using var range = await other.OpenRangeAsync("a", 3, length - 5, Token);
        read.SetLength(0);
        await range.CopyToAsync(read, Token);
        Assert.Equal(content[3..^2], read.ToArray());
    }

    [Fact]
    public async Task A_long_reader_is_told_when_what_it_reads_is_deleted_and_created_anew()
    {
        await Store.CreateAsync("a", (stream, token) => stream.WriteAsync(Bytes(3 * Block, seed: 1), token).AsTask(), Token);
        await using var reader = await Store.OpenReadAsync("a", Token);
        await Store.DeleteAsync("a", Token);
        await Store.CreateAsync("a", (stream, token) => stream.WriteAsync(Bytes(3 * Block, seed: 2), token).AsTask(), Token);

        await Assert.ThrowsAsync<ArtifactConflictException>(() => reader.CopyToAsync(Stream.Null, Token));
    }

    [Fact]
    public async Task What_was_written_here_is_not_downloaded_here()
    {
        var put = await CreateAsync("a", "content");

        Assert.Equal("content", await File.ReadAllTextAsync(await Store.MaterializeAsync(put.Reference, Token), Token));
        Assert.Equal(0, _stores.Measurements.BytesRead);
        Assert.Equal(7, _stores.Measurements.BytesWritten);
        Assert.Equal(1, _stores.Measurements.CacheHits);
    }

    [Fact]
    public async Task A_second_process_with_the_same_cache_downloads_nothing()
    {
        var put = await CreateAsync("a", "content");
        await _stores.Open("shared").MaterializeAsync(put.Reference, Token);
        Assert.Equal((7, 1, 0), (_stores.Measurements.BytesRead, _stores.Measurements.CacheMisses, _stores.Measurements.CacheHits));

        await _stores.Open("shared").MaterializeAsync(put.Reference, Token);

        Assert.Equal((7, 1, 1), (_stores.Measurements.BytesRead, _stores.Measurements.CacheMisses, _stores.Measurements.CacheHits));
    }

    [Fact]
    public async Task A_damaged_file_of_the_cache_is_replaced_from_the_store()
    {
        var put = await CreateAsync("a", "content");
        await File.WriteAllTextAsync(await _stores.Open("shared").MaterializeAsync(put.Reference, Token), "CONTENT", Token);

        Assert.Equal("content", await File.ReadAllTextAsync(await _stores.Open("shared").MaterializeAsync(put.Reference, Token), Token));
    }

    [Fact]
    public async Task The_cache_keeps_its_limit()
    {
        const int limit = 1 << 20;
        using var stores = new BlobStores(_server.ConnectionString, options => options.Cache.Bytes = limit);
        var store = stores.Open();
        for (var seed = 0; seed < 8; seed++)
        {
            var put = await store.CreateAsync($"a/{seed}", (stream, token) => stream.WriteAsync(Bytes(300_000, seed), token).AsTask(), Token);
            Assert.Equal(300_000, new FileInfo(await store.MaterializeAsync(put.Reference, Token)).Length);
            Assert.InRange(new DirectoryInfo(stores.Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length), 300_000, limit);
        }
    }

    [Fact]
    public async Task A_manifest_costs_one_small_download()
    {
        await Store.CreateManifestAsync("m", new TrialsManifest([]), Token);
        var bytes = (await Store.FindAsync("m", Token))!.Bytes;

        Assert.NotNull(await Store.FindManifestAsync<TrialsManifest>("m", Token));
        Assert.Null(await Store.FindManifestAsync<TrialsManifest>("none", Token));
        Assert.Equal(bytes, _stores.Measurements.BytesRead);
    }

    [Fact]
    public async Task A_blob_that_something_else_wrote_is_an_artifact_too()
    {
        await CreateAsync("a", "");
        await Container.UploadBlobAsync("foreign", BinaryData.FromString("content"), Token);

        var put = await CreateAsync("foreign", "other");

        Assert.Equal(new PutResult(new ArtifactReference("foreign", Digest.Of("content"u8), 7), Created: false), put);
    }

    [Fact]
    public async Task What_has_no_artifact_s_name_is_not_listed()
    {
        await CreateAsync("a/b", "");
        foreach (var name in new[] { "store.json", ".hidden", "a/ b", "a/ä" })
        {
            await Container.UploadBlobAsync(name, BinaryData.FromString(""), Token);
        }

        Assert.Equal(["a/b"], await ListAsync(""));
        Assert.Empty(await ListAsync("store.json"));
        await Assert.ThrowsAsync<ArgumentException>(() => CreateAsync("store.json", ""));
    }

    [Fact]
    public async Task A_listing_of_many_pages_is_whole_and_in_order()
    {
        using var stores = new BlobStores(_server.ConnectionString, options => options.Transfer.ListPage = 3);
        var store = stores.Open();
        var keys = Enumerable.Range(0, 20).Select(number => $"a/{number}").ToList();
        foreach (var key in keys)
        {
            await store.CreateAsync(key, (_, _) => Task.CompletedTask, Token);
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), await store.ListAsync("a", Token).Select(info => info.Key).ToListAsync(Token));
    }

    [Fact]
    public async Task A_check_makes_the_container_and_passes()
    {
        await _store.CheckAsync(Token);

        Assert.True(await Container.ExistsAsync(Token));
    }

    [Fact]
    public async Task A_wrong_key_of_the_account_is_refused_without_showing_it()
    {
        var wrong = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
        using var stores = new BlobStores($"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={wrong};BlobEndpoint={_server.BlobUri}");
        var store = stores.Open();

        foreach (var refused in new Func<Task>[] { () => store.FindAsync("a/b", Token), () => store.CheckAsync(Token) })
        {
            var error = await Assert.ThrowsAsync<PipelineException>(refused);
            Assert.Contains(store.Address, error.Message);
            Assert.DoesNotContain(wrong, error.ToString());
        }
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
