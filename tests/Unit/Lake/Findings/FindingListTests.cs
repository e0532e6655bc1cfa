using Pipeline.Lake.Findings;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Findings;

public class FindingListTests
{
    [Fact]
    public void Findings_of_the_same_code_and_subject_add_up_and_keep_the_first_detail()
    {
        var list = new FindingList();
        list.Add([new(WarningCode.CutArchive, 3, "b"), new(WarningCode.EmptyLabels, 1, "b"), new(WarningCode.CutArchive, 4, "b", "first"), new(WarningCode.CutArchive, 1, "a", "x")]);

        Assert.Equal([new(WarningCode.EmptyLabels, 1, "b"), new(WarningCode.CutArchive, 1, "a", "x"), new Finding(WarningCode.CutArchive, 7, "b", "first")], list.All);
        Assert.Equal(list.All, list.Few);
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(11, 10)]
    [InlineData(5000, 10)]
    public void Of_many_subjects_the_largest_are_told_and_the_others_together(int subjects, int told)
    {
        var list = new FindingList();
        list.Add(Enumerable.Range(1, subjects).Select(subject => new Finding(WarningCode.CutArchive, subject, $"{subject}.tar")));
        list.Add(new Finding(WarningCode.EmptyLabels, 2, "labels.csv"));

        Assert.Equal(told + 1, list.Few.Count);
        Assert.Equal(list.All.Sum(finding => finding.Count), list.Few.Sum(finding => finding.Count));
        Assert.True(subjects <= 10 || list.Few[^1].Subject.EndsWith($" and {subjects - 10} more", StringComparison.Ordinal));
    }
}
