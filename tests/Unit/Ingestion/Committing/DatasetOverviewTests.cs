using Pipeline.Ingestion.Committing;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public class DatasetOverviewTests
{
    private static readonly DatasetManifest Pictures = new()
    {
        Dataset = "pictures",
        Input = new(),
        Classes = ["cat", "dog"],
        Shards = [],
        Provenance = new("p", "sha256:", 0),
        Summary = new(120, 60, 3, new Dictionary<string, long> { ["not-an-image"] = 1, ["corrupt"] = 4 }, 84, 12, 24)
        {
            Groups = 2,
            NearDuplicates = 5
        },
        ClassCounts = [new("cat", 21, 3, 6), new("dog", 20, 4, 6)],
        Warnings = [new(WarningCode.ClassOfOne, 1, "1 class has one labelled sample only: 'axolotl'.")],
        Seconds = 0,
    };

    [Fact]
    public void Samples_classes_rejections_and_warnings_have_a_line_each() =>
        Assert.Equal(
            [
                "pictures: 120 samples (84 train, 12 validation, 24 test), 60 labelled, 60 without a label, 3 duplicates, 2 groups of "
                + "near-duplicates (5 samples)",
                "classes (train/validation/test): cat 30 (21/3/6), dog 30 (20/4/6)",
                "rejected: 4 corrupt, 1 not-an-image; 'status --rejected' names them",
                "warning class-of-one: 1 class has one labelled sample only: 'axolotl'.",
            ],
            DatasetOverview.Lines(Pictures));

    [Fact]
    public void What_is_not_there_has_no_line() =>
        Assert.Equal(
            ["pictures: 120 samples (84 train, 12 validation, 24 test), 0 labelled, 120 without a label"],
            DatasetOverview.Lines(Pictures with
            {
                Classes = [],
                ClassCounts = [],
                Warnings = [],
                Summary = new(120, 0, 0, new Dictionary<string, long>(), 84, 12, 24)
            }));

    [Fact]
    public void Of_many_classes_the_largest_are_shown()
    {
        var line = DatasetOverview.Lines(Pictures with
        {
            ClassCounts = [.. Enumerable.Range(0, 100)
            .Select(i => new ClassCount($"c{i:d3}", i + 1, 0, 0))]
        })[1];

        Assert.StartsWith("classes (train/validation/test): c099 100 (100/0/0), c098 99 (99/0/0), ", line, StringComparison.Ordinal);
        Assert.EndsWith("c090 91 (91/0/0) and 90 more", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_cannot_break_a_line_or_steer_the_terminal() =>
        Assert.Equal(
            "classes (train/validation/test): a b  [2J 1 (1/0/0)",
            DatasetOverview.Lines(Pictures with { ClassCounts = [new("a\nb\r\u001b[2J", 1, 0, 0)] })[1]);

    [Fact]
    public void Tags_are_told_in_place_of_labels()
    {
        var lines = DatasetOverview.Lines(Pictures with
        {
            Tags = ["LOC", "PER"],
            ClassCounts = [],
            Summary = Pictures.Summary
            with
            { Labelled = 0, Documents = 7 }
        });

        Assert.StartsWith("pictures: 120 samples (84 train, 12 validation, 24 test), of 7 documents, 3 duplicates", lines[0],
            StringComparison.Ordinal);
        Assert.Equal("tags: LOC, PER", lines[1]);
    }

    [Fact]
    public void The_shortest_line_says_how_much_there_is_and_whether_to_beware()
    {
        Assert.Equal("pictures: 120 samples, 2 classes, 1 warning", DatasetOverview.Line(Pictures));
        Assert.Equal("pictures: 120 samples, 2 classes, no warnings", DatasetOverview.Line(Pictures with { Warnings = [] }));
    }
}
