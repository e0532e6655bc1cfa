using Pipeline.Ingestion.Committing;
using Xunit;
using static Pipeline.Tests.Unit.Ingestion.Texts;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public sealed class RecordSplitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Splits_that_records_say_are_kept_and_only_what_they_leave_open_is_cut()
    {
        using var lake = Of(Modalities.Text, window: 400);
        var random = new Random(1);
        lake.Drop("all.tsv", "text\tsplit\n" + Lines(80, i => $"{Words(random, 20)}\t{(i < 40 ? "train" : "test")}"));

        var dataset = await lake.ImportAllAsync();

        var rows = await RowsAsync(lake, dataset);
        Assert.All(rows, row => Assert.Equal(int.Parse(row.Path.Split('#')[1], null) >= 40, row.Split == "test"));
        // Nothing of the first forty went to the test split, which is supplied; some of them went to validation, which is not.
        Assert.Equal(40, dataset.Summary.Test);
        Assert.InRange(dataset.Summary.Validation, 1, 30);
    }

    [Fact]
    public async Task A_record_goes_before_its_folder_and_its_windows_stay_together()
    {
        using var lake = Of(Modalities.Text, window: 100);
        var random = new Random(2);
        string Line(string split) => $$"""{"text": "{{Words(random, 60)}}"{{split}}}""" + "\n";
        lake.Drop("train/a/one.jsonl", string.Concat(Enumerable.Range(0, 30).Select(i => Line(i % 3 == 0 ? ", \"split\": \"valid\"" : ""))));
        lake.Drop("test/a/two.jsonl", string.Concat(Enumerable.Range(0, 30).Select(_ => Line(""))));

        var dataset = await lake.ImportAllAsync();

        var rows = await RowsAsync(lake, dataset);
        Assert.True(rows.Count > 100);
        Assert.All(rows, row => Assert.Equal(
            row.Path.StartsWith("test/", StringComparison.Ordinal) ? "test" : int.Parse(row.Path.Split('#', '@')[1], null) % 3 == 0 ? "validation" : "train", row.Split));
    }

    [Fact]
    public async Task A_test_record_that_was_altered_for_training_is_refused_by_name()
    {
        using var lake = Of(Modalities.Text, window: 1000);
        var random = new Random(3);
        var texts = Enumerable.Range(0, 60).Select(_ => Words(random, 60)).ToList();
        texts.Add(texts[40].ToUpperInvariant() + " indeed");
        lake.Drop("all.csv", "text,split\n" + Lines(61, i => $"{texts[i]},{(i is >= 30 and < 60 ? "test" : "train")}"));

        var dataset = await lake.ImportAllAsync();
        var error = await Assert.ThrowsAsync<PipelineException>(() => LeakGate.VerifyAsync(lake.Store, lake.Experiment, dataset, Cancellation));

        Assert.Contains("1 pairs of nearly the same text lie on both sides of them: 'all.csv#60' and 'all.csv#40' (test)", error.Message);
    }
}
