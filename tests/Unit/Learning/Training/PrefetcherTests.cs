using Pipeline.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Training;

public sealed class PrefetcherTests
{
    [Fact]
    public void Batches_come_in_order()
    {
        using var prefetcher = new Prefetcher(Empty, first: 5, end: 40, ahead: 3);

        Assert.Equal(Enumerable.Range(5, 35).Select(step => (long)step), Enumerable.Range(0, 35).Select(_ => prefetcher.Next().Step));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void No_more_batches_are_assembled_than_wanted_ahead(int ahead)
    {
        var taken = 0L;
        var furthest = 0L;
        using var prefetcher = new Prefetcher(
            step =>
            {
                furthest = Math.Max(furthest, step + 1 - Interlocked.Read(ref taken));
                return Empty(step);
            },
            first: 0,
            end: 500,
            ahead);

        for (var step = 0; step < 500; step++)
        {
            Interlocked.Increment(ref taken);
            prefetcher.Next();
        }

        Assert.InRange(furthest, 0, ahead);
    }

    [Fact]
    public void Nothing_is_assembled_while_enough_is_ready()
    {
        using var room = new SemaphoreSlim(0);
        var assembled = 0;
        using (var prefetcher = new Prefetcher(
            step =>
            {
                Interlocked.Increment(ref assembled);
                room.Release();
                return Empty(step);
            },
            first: 0,
            end: 100,
            ahead: 2))
        {
            room.Wait(TestContext.Current.CancellationToken);
            room.Wait(TestContext.Current.CancellationToken);
        }

        // Disposing waits for the producer, so what was going to be assembled has been.
        Assert.Equal(2, assembled);
    }

    [Fact]
    public void What_assembling_throws_reaches_the_reader_in_its_place()
    {
        using var prefetcher = new Prefetcher(
            step => step < 2 ? Empty(step) : throw new PipelineException("The store is damaged."), first: 0, end: 10, ahead: 4);

        Assert.Equal(0, prefetcher.Next().Step);
        Assert.Equal(1, prefetcher.Next().Step);
        Assert.Equal("The store is damaged.", Assert.Throws<PipelineException>(prefetcher.Next).Message);
    }

    [Fact]
    public void It_can_be_disposed_before_anything_is_read_and_after_everything_is()
    {
        new Prefetcher(Empty, first: 0, end: 1_000_000, ahead: 1).Dispose();

        var read = new Prefetcher(Empty, first: 0, end: 1, ahead: 1);
        read.Next();
        read.Dispose();
    }

    private static TrainingStep Empty(long step) => new(step, 0, () => 0);
}
