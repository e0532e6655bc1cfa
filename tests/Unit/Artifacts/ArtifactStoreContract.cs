using System.Text;
using Pipeline.Artifacts;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts;

/// <summary>What every store does, whatever it is made of.</summary>
public abstract class ArtifactStoreContract
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>An empty store; <see cref="Another"/> opens it a second time, as another process would.</summary>
    protected abstract IArtifactStore Store { get; }

    protected abstract IArtifactStore Another();

    /// <summary>Changes a byte of the artifact behind the store's back.</summary>
    protected abstract void Damage(string key);

    [Fact]
    public async Task What_is_created_is_read_back_and_referenced_by_its_digest()
    {
        var put = await CreateAsync("a/b.txt", "hello");

        Assert.True(put.Created);
        Assert.Equal(new ArtifactReference("a/b.txt", Digest.Of("hello"u8), 5), put.Reference);
        Assert.Equal("hello", await ReadAsync("a/b.txt"));
        Assert.Equal("hello", await File.ReadAllTextAsync(await Store.MaterializeAsync(put.Reference, Token), Token));
    }

    [Fact]
    public async Task A_second_create_changes_nothing_and_answers_with_the_first()
    {
        var first = await CreateAsync("a", "first");
        var second = await CreateAsync("a", "second");

        Assert.False(second.Created);
        Assert.Equal(first.Reference, second.Reference);
        Assert.Equal("first", await ReadAsync("a"));
    }

    [Fact]
    public async Task Of_sixteen_writers_exactly_one_creates()
    {
        for (var round = 0; round < 10; round++)
        {
            var key = $"race/{round}";
            using var start = new Barrier(16);
            var puts = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Factory.StartNew(
                () =>
                {
                    var store = writer % 2 == 0 ? Store : Another();
                    return store.CreateAsync(key, (stream, token) =>
                    {
                        start.SignalAndWait(token);
                        return stream.WriteAsync(Encoding.UTF8.GetBytes($"writer {writer}"), token).AsTask();
                    }, Token);
                },
                Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

            var winner = Assert.Single(puts, put => put.Created);
            Assert.All(puts, put => Assert.Equal(winner.Reference, put.Reference));
            Assert.Equal(winner.Reference.Digest, Digest.Of(Encoding.UTF8.GetBytes(await ReadAsync(key))));
        }
    }

    [Fact]
    public async Task A_writer_that_fails_half_way_leaves_nothing()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => Store.CreateAsync("a/b", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[1_000_000], token);
            throw new InvalidDataException();
        }, Token));

        Assert.Null(await Store.FindAsync("a/b", Token));
        Assert.Empty(await ListAsync(""));
        Assert.True((await CreateAsync("a/b", "again")).Created);
    }

    [Fact]
    public async Task A_cancelled_writer_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CreateAsync("a", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[10], token);
            await cancellation.CancelAsync();
            await stream.WriteAsync(new byte[10], token);
        }, cancellation.Token));

        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task Writers_on_top_may_close_the_stream()
    {
        await Store.CreateAsync("a", async (stream, _) =>
        {
            await using var writer = new StreamWriter(stream);
            await writer.WriteAsync("closed");
        }, Token);

        Assert.Equal("closed", await ReadAsync("a"));
    }

    [Fact]
    public async Task Many_small_and_a_few_large_writes_arrive_in_order()
    {
        var content = new byte[700_001];
        new Random(1).NextBytes(content);
        var put = await Store.CreateAsync("a", (stream, _) =>
        {
            for (var (at, length) = (0, 1); at < content.Length; at += length, length = Math.Min(length * 3, 300_000))
                stream.Write(content, at, Math.Min(length, content.Length - at));

            return Task.CompletedTask;
        }, Token);

        Assert.Equal(Digest.Of(content), put.Reference.Digest);
        Assert.Equal(content, await File.ReadAllBytesAsync(await Store.MaterializeAsync(put.Reference, Token), Token));
    }

    [Fact]
    public async Task An_empty_artifact_is_an_artifact()
    {
        var put = await CreateAsync("empty", "");

        Assert.Equal(0, put.Reference.Bytes);
        Assert.Equal("", await ReadAsync("empty"));
        Assert.Equal("", await ReadRangeAsync("empty", 0, 0));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await CreateAsync("file", "content");

        foreach (var key in new[] { "none", "no/ne", "file/below" })
        {
            Assert.Null(await Store.FindAsync(key, Token));
            Assert.False(await Store.DeleteAsync(key, Token));
            Assert.Empty(await ListAsync(key));
            await Assert.ThrowsAsync<ArtifactNotFoundException>(() => Store.OpenReadAsync(key, Token));
            await Assert.ThrowsAsync<ArtifactNotFoundException>(() => Store.OpenRangeAsync(key, 0, 0, Token));
            await Assert.ThrowsAsync<ArtifactNotFoundException>(() => Store.MaterializeAsync(new ArtifactReference(key, Digest.Of([]), 0), Token));
        }
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_can_be_created_again()
    {
        await CreateAsync("a/b", "one");

        Assert.True(await Store.DeleteAsync("a/b", Token));
        Assert.Null(await Store.FindAsync("a/b", Token));
        Assert.True((await CreateAsync("a/b", "two")).Created);
    }

    [Fact]
    public async Task A_reader_keeps_what_it_opened_while_it_is_deleted_and_created_anew()
    {
        await CreateAsync("a", "before");
        await using var reader = await Store.OpenReadAsync("a", Token);
        await Store.DeleteAsync("a", Token);
        await CreateAsync("a", "later!");

        using var text = new StreamReader(reader);
        Assert.Equal("before", await text.ReadToEndAsync(Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a/./b")]
    [InlineData(".tmp/a")]
    [InlineData("a/.hidden")]
    [InlineData("a\\b")]
    [InlineData("c:a")]
    [InlineData("a\0b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("ä")]
    [InlineData("a%2e%2e")]
    [InlineData("~")]
    public async Task A_hostile_key_is_refused_by_every_operation(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => CreateAsync(key, ""));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.FindAsync(key, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenReadAsync(key, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenRangeAsync(key, 0, 0, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.MaterializeAsync(new ArtifactReference(key, Digest.Of([]), 0), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(key, Token));
    }

    [Fact]
    public async Task A_key_has_at_most_512_characters()
    {
        var longest = string.Join('/', Enumerable.Repeat(new string('x', 170), 3));
        Assert.Equal(512, longest.Length);
        Assert.True((await CreateAsync(longest, "")).Created);
        await Assert.ThrowsAsync<ArgumentException>(() => CreateAsync(longest + "x", ""));
    }

    [Fact]
    public async Task A_listing_takes_whole_segments_in_ordinal_order()
    {
        foreach (var key in new[] { "b", "a/c", "a/b/d", "a-b/e", "ab", "a/B", "a/b.f" })
            await CreateAsync(key, key);

        Assert.Equal(["a-b/e", "a/B", "a/b.f", "a/b/d", "a/c", "ab", "b"], await ListAsync(""));
        Assert.Equal(["a/B", "a/b.f", "a/b/d", "a/c"], await ListAsync("a"));
        Assert.Equal(["a/b/d"], await ListAsync("a/b"));
        Assert.Equal(["a/b/d"], await ListAsync("a/b/"));
        Assert.Equal(["ab"], await ListAsync("ab"));
        Assert.Empty(await ListAsync("none"));
    }

    [Fact]
    public async Task A_listing_tells_what_finding_tells()
    {
        await CreateAsync("a/b", "content");
        var listed = new List<ArtifactInfo>();
        await foreach (var info in Store.ListAsync("a", Token))
            listed.Add(info);

        Assert.Equal(await Store.FindAsync("a/b", Token), Assert.Single(listed));
        Assert.Equal(7, listed[0].Bytes);
    }

    [Fact]
    public async Task A_range_is_read_without_what_lies_around_it()
    {
        await CreateAsync("a", "0123456789");

        Assert.Equal("345", await ReadRangeAsync("a", 3, 3));
        Assert.Equal("0123456789", await ReadRangeAsync("a", 0, 10));
        Assert.Equal("", await ReadRangeAsync("a", 10, 0));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(0, 11)]
    [InlineData(10, 1)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(1, long.MaxValue)]
    public async Task A_range_beyond_the_artifact_is_refused(long offset, long length)
    {
        await CreateAsync("a", "0123456789");

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.OpenRangeAsync("a", offset, length, Token));
    }

    [Fact]
    public async Task A_damaged_artifact_is_detected_and_named()
    {
        var put = await CreateAsync("a/b", "content");
        await Store.MaterializeAsync(put.Reference, Token);
        Damage("a/b");

        var error = await Assert.ThrowsAsync<PipelineException>(() => Another().MaterializeAsync(put.Reference, Token));
        Assert.Contains("'a/b'", error.Message);
        Assert.Contains("damaged", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_reference_to_other_bytes_is_refused()
    {
        var put = await CreateAsync("a", "content");

        await Assert.ThrowsAsync<PipelineException>(() => Store.MaterializeAsync(put.Reference with { Bytes = 6 }, Token));
        await Assert.ThrowsAsync<PipelineException>(() => Store.MaterializeAsync(put.Reference with { Digest = Digest.Of([]) }, Token));
    }

    protected Task<PutResult> CreateAsync(string key, string content) =>
        Store.CreateAsync(key, (stream, token) => stream.WriteAsync(Encoding.UTF8.GetBytes(content), token).AsTask(), Token);

    protected async Task<string> ReadAsync(string key)
    {
        using var reader = new StreamReader(await Store.OpenReadAsync(key, Token));
        return await reader.ReadToEndAsync(Token);
    }

    private async Task<string> ReadRangeAsync(string key, long offset, long length)
    {
        using var reader = new StreamReader(await Store.OpenRangeAsync(key, offset, length, Token));
        return await reader.ReadToEndAsync(Token);
    }

    protected async Task<List<string>> ListAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (var info in Store.ListAsync(prefix, Token))
            keys.Add(info.Key);

        return keys;
    }
}
