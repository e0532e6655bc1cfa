using Pipeline.Images;
using Pipeline.Ingestion.Decoding;
using Pipeline.Ingestion.Planning.Sources;
using Pipeline.Lake.Places;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Decoding;

public class DecodingThreadsTests
{
    private static readonly InputSpec Input = new(8, Channels: 1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_thread_begins_before_the_first_image_and_each_has_a_decoder()
    {
        var decoders = 0;
        using var three = new CountdownEvent(3);
        var threads = new DecodingThreads(3, Input, () =>
        {
            // No thread decodes before each has begun: a fast one would leave nothing to the last.
            Interlocked.Increment(ref decoders);
            three.Signal();
            return three.Wait(TimeSpan.FromMinutes(1), Cancellation) ? Decoder() : throw new TimeoutException($"{decoders} of 3 threads began");
        });

        Assert.Equal(0, decoders);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => threads.DecodeAsync(Item($"{i}"), Content(Pictures.Png(i)), Cancellation)));
        await threads.DisposeAsync();

        Assert.Equal(3, decoders);
    }

    [Fact]
    public async Task What_was_decoded_is_told_with_what_it_was_decoded_from_and_the_rest_with_its_reason()
    {
        await using var threads = new DecodingThreads(2, Input, Decoder);
        byte[] cut = Pictures.Png(1)[..40];

        var picture = await threads.DecodeAsync(Item("a.png"), Content(Pictures.Png(1)), Cancellation);
        var refused = await threads.DecodeAsync(Item("b.png"), Content(cut), Cancellation);

        var expected = Picture.Of(Decoder().Decode(Pictures.Png(1)), Input);
        Assert.Equal("a.png", picture.Source.Path);
        Assert.Equal(expected.Image.Pixels, picture.Picture!.Image.Pixels);
        Assert.Equal(expected.Digest, picture.Picture.Digest);
        Assert.Equal(expected.Hash, picture.Picture.Hash);
        Assert.Equal(expected.Thumbnail, picture.Picture.Thumbnail);
        Assert.Null(picture.Content);
        Assert.Equal(("b.png", RejectionReason.Corrupt), (refused.Source.Path, refused.Rejection));
        Assert.Equal(cut, refused.Content!.Value.ToArray());
    }

    [Fact]
    public async Task What_fails_otherwise_is_told_to_whoever_waits()
    {
        await using var threads = new DecodingThreads(1, Input, () => throw new InvalidOperationException("no decoder"));

        foreach (var path in new[] { "a.png", "b.png" })
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => threads.DecodeAsync(Item(path), Content(Pictures.Png(1)), Cancellation));
            Assert.Equal("no decoder", error.Message);
        }
    }

    [Fact]
    public async Task What_is_cancelled_is_not_decoded()
    {
        await using var threads = new DecodingThreads(1, Input, Decoder);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => threads.DecodeAsync(Item("a.png"), Content(Pictures.Png(1)), cancelled.Token));
    }

    private static ImageDecoder Decoder() => new(Input, new ImageLimits(50_000_000, 32, 100));

    private static SourceItem Item(string path) => new(path, 0, "");

    private static ArraySegment<byte> Content(byte[] bytes)
    {
        var content = FileBuffers.Rent(bytes.Length);
        bytes.CopyTo(content.AsSpan());
        return content;
    }
}
