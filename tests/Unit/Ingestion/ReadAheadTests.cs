using Pipeline.Lake.Places;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion;

public class ReadAheadTests
{
    [Fact]
    public async Task Results_come_in_the_order_of_the_items_whichever_is_read_first()
    {
        var reads = Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource<int>()).ToArray();
        var results = InOrderAsync(4, most: 4, (i, _) => reads[i].Task).ToListAsync();

        foreach (var i in new[] { 3, 1, 0, 2 })
            reads[i].SetResult(i);

        Assert.Equal([0, 1, 2, 3], await results);
    }

    [Theory]
    [InlineData(3, long.MaxValue, 3)]
    [InlineData(100, 25, 2)]
    [InlineData(100, 1, 1)]
    public async Task No_more_are_read_than_the_bounds_let(int most, long mostBytes, int expected)
    {
        var (running, highest) = (0, 0);
        await foreach (var _ in ReadAhead.InOrderAsync(Enumerable.Range(0, 20).ToAsyncEnumerable(), most, mostBytes, _ => 10, ReadAsync))
            running--;

        Assert.Equal(expected, highest);

        Task<int> ReadAsync(int item, CancellationToken cancellation)
        {
            highest = Math.Max(highest, ++running);
            return Task.FromResult(item);
        }
    }

    [Fact]
    public async Task A_read_that_fails_is_told_and_ends_the_others()
    {
        var ended = new TaskCompletionSource();

        var error = await Assert.ThrowsAsync<IOException>(async () => await InOrderAsync(3, most: 3, ReadAsync).ToListAsync());

        Assert.Equal("broken", error.Message);
        Assert.True(ended.Task.IsCompleted);

        async Task<int> ReadAsync(int item, CancellationToken cancellation)
        {
            if (item == 0)
                return 0;

            if (item == 1)
                throw new IOException("broken");

            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended.SetResult();
            return item;
        }
    }

    [Fact]
    public async Task Whoever_leaves_early_leaves_nothing_running()
    {
        var ended = new TaskCompletionSource();
        await foreach (var _ in InOrderAsync(2, most: 2, ReadAsync))
            break;

        Assert.True(ended.Task.IsCompleted);

        async Task<int> ReadAsync(int item, CancellationToken cancellation)
        {
            if (item > 0)
            {
                await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ended.SetResult();
            }

            return item;
        }
    }

    [Fact]
    public async Task Who_waits_is_woken_once_for_several_and_not_on_the_thread_that_read_them()
    {
        var reads = Enumerable.Range(0, 8).Select(_ => new TaskCompletionSource<int>()).ToArray();
        await using var results = InOrderAsync(8, most: 8, (i, _) => reads[i].Task).GetAsyncEnumerator();
        var next = results.MoveNextAsync().AsTask();

        for (var i = 0; i < 4; i++)
            reads[i].SetResult(i);

        Assert.False(next.IsCompleted);
        var wentOn = next.ContinueWith(_ => Environment.CurrentManagedThreadId, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var reader = new Thread(() => reads[4].SetResult(4));
        reader.Start();
        Assert.True(await next);
        for (var i = 1; i < 5; i++)
        {
            Assert.Equal(i - 1, results.Current);
            var more = results.MoveNextAsync().AsTask();
            Assert.True(more.IsCompleted && await more);
        }

        foreach (var read in reads[5..])
            read.SetResult(0);

        Assert.NotEqual(reader.ManagedThreadId, await wentOn);
    }

    private static IAsyncEnumerable<int> InOrderAsync(int items, int most, Func<int, CancellationToken, Task<int>> read) =>
        ReadAhead.InOrderAsync(Enumerable.Range(0, items).ToAsyncEnumerable(), most, long.MaxValue, _ => 0, read);
}
