using Pipeline.Contracts;
using Pipeline.Ingestion;
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
        Refuses("goes up to 11 and the dataset 'pictures' has 10 labelled training samples", 11, new("cat", 5, 1, 1), new("dog", 5, 1, 1));

    [Fact]
    public void Validation_and_test_need_labels()
    {
        Refuses("no labelled validation samples", 2, new("cat", 5, 0, 1), new("dog", 5, 0, 1));
        Refuses("no labelled test samples", 2, new("cat", 5, 1, 0), new("dog", 5, 1, 0));
    }

    [Fact]
    public void A_test_split_without_labels_is_told_from_none()
    {
        ClassCount[] counts = [new("cat", 5, 1, 0), new("dog", 5, 1, 0)];
        var without = Having(counts) with { Summary = new(52, 12, 0, new Dictionary<string, long>(), 10, 2, 40) };

        Refuses("or a larger test share", 2, counts);
        var message = Assert.Throws<PipelineException>(() => DatasetChecks.Verify(Asking(2), without)).Message;
        Assert.Contains("None of its 40 test samples has a label", message);
        Assert.Contains("'splits: { train: train }'", message);
        Assert.DoesNotContain("share", message);
    }

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
