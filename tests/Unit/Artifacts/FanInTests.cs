using Pipeline.Artifacts;
using Pipeline.Artifacts.Folder;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts;

public sealed class FanInTests : IDisposable
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 5).Select(number => $"set/parts/{number}")];

    private readonly TemporaryFolder folder = new();
    private readonly ManualClock time = new();
    private readonly FolderArtifactStore store;
    private readonly FanIn fanIn;
    private int listings;

    public FanInTests()
    {
        store = new FolderArtifactStore(folder.Path);
        fanIn = new FanIn(store, time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_writes_last_learns_that_nothing_is_missing_in_every_order_and_nobody_before()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var set = $"set-{round}";
            var order = Enumerable.Range(0, Keys.Length).ToArray();
            random.Shuffle(order);
            // Two workers that know nothing of each other.
            FanIn[] workers = [new(store, time), new(store, time)];
            for (var i = 0; i < order.Length; i++)
            {
                await WriteAsync($"{set}/{order[i]}");
                var missing = await workers[random.Next(2)].GlanceAsync(set, set, order[i], () => [.. Keys.Index().Select(key => $"{set}/{key.Index}")], Token);
                Assert.Equal(i == order.Length - 1, missing.Count == 0);
                Assert.Subset(missing.ToHashSet(), order.Skip(i + 1).ToHashSet());
            }
        }
    }

    [Fact]
    public async Task Parts_in_their_order_need_a_listing_at_the_first_and_at_the_last()
    {
        for (var number = 0; number < Keys.Length; number++)
            Assert.Equal(Enumerable.Range(number + 1, Keys.Length - number - 1), await WriteAndGlanceAsync(number));

        Assert.Equal(2, listings);
    }

    [Fact]
    public async Task What_others_wrote_shows_two_seconds_later()
    {
        await WriteAndGlanceAsync(0);
        await WriteAsync(Keys[1]);
        Assert.Equal([1, 3, 4], await WriteAndGlanceAsync(2));

        time.Move(TimeSpan.FromSeconds(2.1));

        Assert.Equal([4], await WriteAndGlanceAsync(3));
    }

    [Fact]
    public async Task A_listing_tells_what_is_missing_now()
    {
        await WriteAndGlanceAsync(0);
        await WriteAsync(Keys[3]);

        Assert.Equal([1, 2, 4], await fanIn.ListAsync("set", "set/parts", Keys, Token));
    }

    public void Dispose() => folder.Dispose();

    private async Task<IReadOnlyList<int>> WriteAndGlanceAsync(int number)
    {
        await WriteAsync(Keys[number]);
        return await fanIn.GlanceAsync("set", "set/parts", number, Listed, Token);
    }

    // Asked for where there is a listing to hold against.
    private string[] Listed()
    {
        listings++;
        return Keys;
    }

    private Task<PutResult> WriteAsync(string key) => store.CreateAsync(key, (stream, token) => stream.WriteAsync(new byte[] { 1 }, token).AsTask(), Token);
}
