using Pipeline.Ingestion.Committing;
using Pipeline.Lake.Findings;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Committing;

public class ClassFindingsTests
{
    [Fact]
    public void Sound_classes_give_no_finding() => Assert.Empty(Found(new("cat", 20, 5, 5), new("dog", 20, 5, 5)));

    [Fact]
    public void A_class_that_no_model_can_learn_or_no_test_asks_for_is_named()
    {
        var found = Found(new("cat", 20, 5, 5), new("dog", 0, 5, 5), new("emu", 20, 5, 0));

        Assert.Equal([(WarningCode.ClassWithoutTraining, 1L, "'dog'"), (WarningCode.ClassWithoutTest, 1L, "'emu'")], found.Select(Short));
    }

    [Fact]
    public void A_test_split_without_any_label_is_no_matter_of_classes() =>
        Assert.Empty(Found(new("cat", 20, 5, 0), new("dog", 20, 5, 0)));

    [Fact]
    public void The_advice_about_a_test_split_that_the_data_brings_asks_for_no_larger_share()
    {
        ClassCount[] counts = [new("cat", 20, 5, 5), new("emu", 20, 5, 0)];

        Assert.Contains("test share", ClassFindings.Of(counts, [], null).Single().Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("share", ClassFindings.Of(counts, [Split.Test], null).Single().Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_of_one_sample_is_named() =>
        Assert.Contains((WarningCode.ClassOfOne, 1L, "'axolotl'"), Found(new("axolotl", 1, 0, 0), new("cat", 20, 5, 5), new("dog", 20, 5, 5)).Select(Short));

    [Theory]
    [InlineData(10, 6, true)]
    [InlineData(10, 5, false)]
    [InlineData(9, 9, false)]
    public void Nearly_as_many_classes_as_labels_are_numbers_or_names(int labelled, int classes, bool warned)
    {
        var counts = Enumerable.Range(0, classes).Select(i => new ClassCount($"v{i:d2}", (labelled / classes) + (i < labelled % classes ? 1 : 0), 0, 0)).ToArray();

        var found = Found(counts).Where(finding => finding.Code == WarningCode.LabelsNearlyUnique).ToList();
        Assert.Equal(warned, found.Count == 1);
        Assert.All(found, finding => Assert.StartsWith($"{classes} classes for {labelled} labelled samples", FindingMessages.Of(finding).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Classes_that_differ_by_case_blanks_or_punctuation_are_named_together()
    {
        var found = Found(new("Cat", 9, 9, 9), new("cat ", 9, 9, 9), new("hot_dog", 9, 9, 9), new("hot-dog", 9, 9, 9), new("Ka\u0308se", 9, 9, 9), new("käse", 9, 9, 9), new("emu", 9, 9, 9));

        var similar = Assert.Single(found);
        Assert.Equal((WarningCode.SimilarClasses, 6L), (similar.Code, similar.Count));
        Assert.StartsWith("'Cat' and 'cat ', 'hot_dog' and 'hot-dog', ", similar.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_that_are_the_same_number_are_named_together() =>
        Assert.Equal(
            (WarningCode.SimilarClasses, 5L, "'1' and '1.0' and '01', '2' and '2e0'"),
            Short(Assert.Single(Found(new("1", 9, 9, 9), new("1.0", 9, 9, 9), new("01", 9, 9, 9), new("2", 9, 9, 9), new("2e0", 9, 9, 9), new("-1", 9, 9, 9), new("12", 9, 9, 9)))));

    [Theory]
    [InlineData(12, "0.5", true)]
    [InlineData(12, "5", false)]
    [InlineData(12, "cat", false)]
    [InlineData(8, "0.5", false)]
    public void Many_numbers_that_are_not_all_whole_are_measured_and_no_classes(int classes, string last, bool warned) =>
        Assert.Equal(warned, Found([.. Enumerable.Range(1, classes - 1).Select(i => new ClassCount($"{i}", 9, 9, 9)), new(last, 9, 9, 9)]).Exists(finding => finding.Code == WarningCode.LabelsNearlyUnique));

    [Fact]
    public void Words_that_mean_a_missing_label_are_told_with_their_counts_and_the_remedy()
    {
        var found = Assert.Single(Found(new("N/A", 3, 1, 1), new("cat", 9, 9, 9), new("nan", 10, 1, 1), new("?", 1, 1, 1), new("null", 1, 1, 1)), finding => finding.Code == WarningCode.MissingLabelWords);

        Assert.Equal(23, found.Count);
        Assert.Equal("'N/A' (5), 'nan' (12), '?' (3), 'null' (3)", found.Subject);
        Assert.Contains("'labels: { missing: [N/A, nan, '?', null] }'", FindingMessages.Of(found).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Minus_one_among_numbers_that_count_classes_means_a_missing_label_and_elsewhere_nothing()
    {
        Assert.Equal((WarningCode.MissingLabelWords, 27L, "'-1' (27)"), Short(Assert.Single(Found(new("-1", 9, 9, 9), new("0", 9, 9, 9), new("1", 9, 9, 9)))));
        Assert.Empty(Found(new("-1", 9, 9, 9), new("1", 9, 9, 9), new("-2", 9, 9, 9)));
    }

    [Fact]
    public void Classes_that_the_experiment_lists_are_meant() =>
        Assert.Empty(ClassFindings.Of([new("none", 9, 9, 9), new("cat", 9, 9, 9)], [], new LabelSpec(Classes: ["none", "cat"])));

    [Fact]
    public void Of_many_classes_the_first_few_are_named()
    {
        var found = Found([.. Enumerable.Range(0, 9).Select(i => new ClassCount($"c{i}", 20, 5, 0)), new("cat", 20, 5, 5)]);

        Assert.Equal("'c0', 'c1', 'c2', 'c3', 'c4' and 4 more", Assert.Single(found).Subject);
    }

    private static List<Finding> Found(params ClassCount[] counts) => [.. ClassFindings.Of(counts, [], null)];

    private static (WarningCode Code, long Count, string Subject) Short(Finding finding) => (finding.Code, finding.Count, finding.Subject);
}
