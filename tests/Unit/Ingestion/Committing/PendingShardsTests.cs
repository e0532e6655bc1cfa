using Pipeline.Ingestion.Committing;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public class PendingShardsTests
{
    private static readonly SampleShard Shard = new(new ArtifactReference("shard", "sha256:0", 1), Split.Train, 1);

    [Fact]
    public async Task A_few_are_on_their_way_at_a_time()
    {
        await using var pending = new PendingShards();
        var (running, highest, all) = (0, 0, new List<Task<SampleShard>>());
        for (var i = 0; i < 20; i++)
        {
            all.Add(await pending.BeginAsync(WriteAsync, TestContext.Current.CancellationToken));
        }

        await Task.WhenAll(all);

        Assert.InRange(highest, 2, 3);

        async Task<SampleShard> WriteAsync(CancellationToken cancellation)
        {
            lock (all)
            {
                highest = Math.Max(highest, ++running);
            }

            await Task.Delay(20, cancellation);
            lock (all)
            {
                running--;
            }

            return Shard;
        }
    }

    [Fact]
    public async Task What_went_wrong_is_told_before_all_are_begun()
    {
        await using var pending = new PendingShards();
        await pending.BeginAsync(_ => throw new IOException("full"), TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                await pending.BeginAsync(_ => Task.FromResult(Shard), TestContext.Current.CancellationToken);
            }
        });

        Assert.Equal("full", error.Message);
    }

    [Fact]
    public async Task Whoever_gives_up_leaves_nothing_running()
    {
        var ended = new TaskCompletionSource();
        var pending = new PendingShards();
        await pending.BeginAsync(WriteAsync, TestContext.Current.CancellationToken);

        await pending.DisposeAsync();

        Assert.True(ended.Task.IsCompleted);

        async Task<SampleShard> WriteAsync(CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended.SetResult();
            return Shard;
        }
    }
}
