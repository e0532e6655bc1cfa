using Pipeline.Lake.Places;
using Pipeline.Triggers.Events;
using Pipeline.Triggers.Recording;
using Xunit;

namespace Pipeline.Tests.Unit.Triggers.Completeness;

public class DropWatcherTests
{
    [Fact]
    public async Task A_quiet_period_completes_a_drop_once_and_moves_its_records()
    {
        using var lake = new WatchedLake();
        await lake.RecordAsync(lake.Event("1.png"), lake.Event("2.png") with { Traceparent = "00-a" });
        await lake.WatchAsync();
        Assert.Empty(lake.Requests);

        lake.Clock.Move(TimeSpan.FromSeconds(31));
        await lake.WatchAsync();
        await lake.WatchAsync();

        Assert.Equal([(new IngestDataset("images", lake.Source), "00-a")], lake.Requests);
        Assert.Equal((0, 1), (await lake.CountAsync(DropKeys.Pending), await lake.CountAsync(DropKeys.Done)));
    }

    [Fact]
    public async Task A_success_file_completes_a_drop_at_once()
    {
        using var lake = new WatchedLake(DropCompletion.SuccessFile);
        await lake.RecordAsync(lake.Event("day/1.png", 1));
        await lake.WatchAsync();
        Assert.Empty(lake.Requests);

        await lake.RecordAsync(lake.Event("day/_SUCCESS", 2));
        await lake.WatchAsync();

        Assert.Single(lake.Requests);
    }

    [Theory]
    [InlineData("day/1.png", 3)]
    [InlineData("other/1.png", 1)]
    public async Task A_file_that_is_newer_or_elsewhere_waits_for_a_success_file_of_its_own(string path, int second)
    {
        using var lake = new WatchedLake(DropCompletion.SuccessFile);
        await lake.RecordAsync(lake.Event("day/_SUCCESS", 2), lake.Event(path, second));
        await lake.WatchAsync();
        Assert.Empty(lake.Requests);

        await lake.RecordAsync(lake.Event("_SUCCESS", 4));
        await lake.WatchAsync();
        Assert.Single(lake.Requests);
    }

    [Fact]
    public async Task A_success_file_that_was_deleted_completes_nothing()
    {
        using var lake = new WatchedLake(DropCompletion.SuccessFile);
        await lake.RecordAsync(lake.Event("_SUCCESS", 3, FileEventKind.Deleted, "s3:02"));
        await lake.RecordAsync(lake.Event("1.png", 1), lake.Event("_SUCCESS", 3, sequencer: "s3:01"));

        lake.Clock.Move(TimeSpan.FromDays(1));
        await lake.WatchAsync();

        Assert.Empty(lake.Requests);
    }

    [Fact]
    public async Task A_file_told_late_is_covered_by_the_success_file_of_the_drop_before()
    {
        using var lake = new WatchedLake(DropCompletion.SuccessFile);
        await lake.RecordAsync(lake.Event("day/1.png", 1), lake.Event("day/_SUCCESS", 5));
        await lake.WatchAsync();
        await lake.RecordAsync(lake.Event("day/2.png", 2));
        await lake.WatchAsync();

        Assert.Equal((2, 0), (lake.Requests.Count, await lake.CountAsync(DropKeys.Pending)));
    }

    [Theory]
    [InlineData("manifest.json")]
    [InlineData(".count.json")]
    public async Task A_manifest_waits_for_as_many_different_live_files_as_it_says(string manifest)
    {
        using var lake = new WatchedLake(DropCompletion.Manifest, manifest);
        lake.Drop(manifest, """{ "count": 2 }""");
        var first = lake.Event("1.png", 1, sequencer: "s3:01");
        await lake.RecordAsync(lake.Event(manifest), first, lake.Event("gone.png", 1, sequencer: "s3:01"));
        await lake.RecordAsync(first, lake.Event("gone.png", 0, FileEventKind.Deleted, "s3:02"));
        await lake.WatchAsync();
        Assert.Empty(lake.Requests);

        await lake.RecordAsync(lake.Event("2.png"));
        await lake.WatchAsync();
        Assert.Single(lake.Requests);
    }

    [Fact]
    public async Task A_manifest_asks_the_lake_where_the_events_are_too_few()
    {
        using var lake = new WatchedLake(DropCompletion.Manifest, "manifest.json");
        lake.Drop("manifest.json", "2");
        lake.Drop("0.png", "");
        lake.Drop("1.png", "");
        await lake.RecordAsync(lake.Event("manifest.json"), lake.Event("1.png"));
        await lake.WatchAsync();

        Assert.Single(lake.Requests);
    }

    [Fact]
    public async Task A_deleted_folder_takes_its_files_along()
    {
        using var lake = new WatchedLake(DropCompletion.Manifest, "manifest.json");
        lake.Drop("manifest.json", "1");
        await lake.RecordAsync(lake.Event("manifest.json", 9), lake.Event("old/1.png", 1), lake.Event("old", 2, FileEventKind.Deleted, folder: true));
        await lake.WatchAsync();
        Assert.Empty(lake.Requests);

        await lake.RecordAsync(lake.Event("old/1.png", 3));
        await lake.WatchAsync();
        Assert.Single(lake.Requests);
    }

    [Fact]
    public async Task The_same_events_again_ask_for_nothing_more()
    {
        using var lake = new WatchedLake();
        var file = lake.Event("1.png");
        await lake.RecordAsync(file);
        lake.Clock.Move(TimeSpan.FromMinutes(1));
        await lake.WatchAsync();
        await lake.RecordAsync(file);
        await lake.WatchAsync();

        Assert.Equal((1, 0), (lake.Requests.Count, await lake.CountAsync(DropKeys.Pending)));
    }

    [Fact]
    public async Task A_command_that_cannot_be_sent_leaves_the_drop_pending()
    {
        using var lake = new WatchedLake { Fault = new IOException("The broker is gone.") };
        await lake.RecordAsync(lake.Event("1.png"));
        lake.Clock.Move(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<IOException>(lake.WatchAsync);
        lake.Fault = null;
        await lake.WatchAsync();

        Assert.Single(lake.Requests);
    }

    [Fact]
    public async Task A_kill_before_the_records_are_gone_asks_for_nothing_more()
    {
        using var lake = new WatchedLake();
        var events = new[] { lake.Event("1.png"), lake.Event("2.png") };
        foreach (var found in events)
        {
            await lake.RecordAsync(found);
        }

        lake.Clock.Move(TimeSpan.FromMinutes(1));
        await lake.WatchAsync();
        await lake.RecordAsync(events[1]); // As if the deletion had not come about.
        await lake.WatchAsync();

        Assert.Equal((1, 0, 1), (lake.Requests.Count, await lake.CountAsync(DropKeys.Pending), await lake.CountAsync(DropKeys.Done)));
    }

    [Fact]
    public async Task Several_workers_end_in_one_done_drop()
    {
        using var lake = new WatchedLake();
        for (var i = 0; i < 20; i++)
        {
            await lake.RecordAsync(lake.Event($"{i}.png"));
        }

        lake.Clock.Move(TimeSpan.FromMinutes(1));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(lake.WatchAsync)));

        await lake.WatchAsync();

        Assert.Equal((0, 1), (await lake.CountAsync(DropKeys.Pending), await lake.CountAsync(DropKeys.Done)));
        Assert.InRange(lake.Requests.Count, 1, 4);
    }
}
