using Pipeline.Ingestion.Committing;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion;

public class DatasetChecksTests
{
    [Fact]
    public void Enough_labels_pass() => DatasetChecks.Verify(Asking(10), Having(new("cat", 5, 1, 1), new("dog", 5, 0, 0)));

    [Fact]
    public void One_class_is_too_few() => Refuses("one class only, 'cat'", 1, new ClassCount("cat", 5, 1, 1));

    [Fact]
    public void No_labels_are_too_few() => Refuses("has no labels", 1);

    [Fact]
    public void More_labels_than_there_are_cannot_be_trained_on() =>
        Refuses("has 10 labelled training samples, and fineTuning.labels goes up to 11. Counts must be at most 10.", 11, new("cat", 5, 1, 1), new("dog", 5, 1, 1));

    [Fact]
    public void Validation_and_test_need_labels()
    {
        Refuses("no labelled validation samples", 2, new("cat", 5, 0, 1), new("dog", 5, 0, 1));
        Refuses("no labelled test samples", 2, new("cat", 5, 1, 0), new("dog", 5, 1, 0));
    }

    [Fact]
    public void A_refusal_names_what_was_found_and_not_used()
    {
        var unused = new Warning(WarningCode.UnmatchedRows, 80, "labels.csv has 80 rows that name no file of the data.");
        var dataset = Having() with { Warnings = [new(WarningCode.NarrowRange, 3, "3 images are dark."), unused] };

        var message = Message(Asking(1), dataset);
        Assert.StartsWith("The dataset 'pictures' has no labels. unmatched-rows: labels.csv has 80 rows that name no file of the data. There must be", message, StringComparison.Ordinal);
        Assert.DoesNotContain("narrow-range", message, StringComparison.Ordinal);

        Assert.Contains("unmatched-rows", Message(Asking(11), Having(new("cat", 5, 1, 1), new("dog", 5, 1, 1)) with { Warnings = [unused] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_split_that_the_data_brings_without_labels_is_not_to_be_mended_by_a_share()
    {
        ClassCount[] counts = [new("cat", 5, 1, 0), new("dog", 5, 1, 0)];
        Assert.Contains("a larger test share", Message(Asking(2), Having(counts)), StringComparison.Ordinal);

        var message = Message(Asking(2), Having(counts) with { Supplied = [Split.Train, Split.Validation, Split.Test] });
        Assert.Contains("brings its own test split, and none of its samples has a label: a larger share gives it none", message, StringComparison.Ordinal);
        Assert.Contains("'splits: { train: train, validation: validation }'", message, StringComparison.Ordinal);
        Assert.DoesNotContain("More labels, or", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_stays_one_line_however_much_was_not_used()
    {
        var many = Enumerable.Range(0, 9).Select(table => new Warning(WarningCode.TableNotUsed, 1, $"table {table} was not used."));

        Assert.Contains("table 3 was not used. 5 more warnings of this kind", Message(Asking(1), Having() with { Warnings = [.. many] }), StringComparison.Ordinal);
    }

    private static string Message(Experiment experiment, DatasetManifest dataset) =>
        Assert.Throws<PipelineException>(() => DatasetChecks.Verify(experiment, dataset)).Message;

    private static void Refuses(string message, int labels, params ClassCount[] counts) =>
        Assert.Contains(message, Assert.Throws<PipelineException>(() => DatasetChecks.Verify(Asking(labels), Having(counts))).Message);

    private static Experiment Asking(int labels) => new() { Name = "e", Data = "pictures", Pretext = ["rotation"], FineTuning = new() { Labels = [1, labels] } };

    private static DatasetManifest Having(params ClassCount[] counts) => new()
    {
        Dataset = "pictures",
        Input = new(),
        Classes = [.. counts.Select(count => count.Class)],
        Shards = [],
        Provenance = new("p", "sha256:", 0),
        Summary = new(0, 0, 0, new Dictionary<string, long>(), 0, 0, 0),
        ClassCounts = counts,
        Seconds = 0,
    };
}
