using Pipeline.Lake.Labels;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

public class SplitRulesTests
{
    [Theory]
    [InlineData("holdout", "holdout/cat/a.png", true)]
    [InlineData("Holdout", "HOLDOUT/cat/a.png", true)]
    [InlineData("holdout", "cat/holdout.png", true)]
    [InlineData("holdout", "cat/holdout/a.png", false)]
    [InlineData("holdout", "holdout2/a.png", false)]
    [InlineData("holdout/*", "holdout/a.png", true)]
    [InlineData("holdout/*", "holdout/cat/a.png", true)]
    [InlineData("*/test/*", "cat/test/a.png", true)]
    [InlineData("*/test/*", "cat/test/2024/a.png", true)]
    [InlineData("*/test/*", "test/a.png", false)]
    [InlineData("**/test/*", "test/a.png", true)]
    [InlineData("**/*_test*", "cat/2024/x_test_1.png", true)]
    [InlineData("*.csv", "a/b.csv", false)]
    [InlineData("./fold-[1]/*", "fold-[1]/a.png", true)]
    [InlineData("K\u00e4se", "Ka\u0308se/a.png", true)]
    public void A_name_or_a_pattern_says_which_files_are_a_split(string said, string path, bool isTest) =>
        Assert.Equal(isTest ? Split.Test : null, new SplitRules(new SplitNamesSpec(Test: [said])).Given(path, path));

    [Fact]
    public void A_file_in_two_splits_is_refused() => Assert.Contains(
        "two, train and test", Assert.Throws<PipelineException>(() => new SplitRules(new SplitNamesSpec(Train: ["**"], Test: ["*/test/*"])).Given("cat/test/a.png", "cat/test/a.png")).Message);

    [Fact]
    public async Task Where_the_experiment_says_none_nothing_is_a_split()
    {
        var labels = (await FolderLabelsTests.ReadAsync(["train/a.png", "plane/b.png", "train.parquet"], new SplitNamesSpec())).Certain();

        Assert.Equal(new FileLabel("train", null), labels.Find("train/a.png"));
        Assert.Equal(new FileLabel("plane", null), labels.Find("plane/b.png"));
        Assert.Null(labels.Find("train.parquet").Split);
        Assert.Empty(labels.Findings());
    }

    [Theory]
    [InlineData("train")]
    [InlineData("train/*")]
    [InlineData("train/**")]
    [InlineData("tr*")]
    public async Task Folders_beside_the_splits_that_are_named_have_classes_in_them(string train)
    {
        var labels = (await FolderLabelsTests.ReadAsync(["train/cat/a.png", "test/1.png", "more/cat/b.png"], new SplitNamesSpec(Train: [train]))).Certain();

        Assert.Equal(new FileLabel("cat", Split.Train), labels.Find("train/cat/a.png"));
        Assert.Equal(default, labels.Find("test/1.png"));
        Assert.Equal(new FileLabel("cat", null), labels.Find("more/cat/b.png"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("data/")]
    public async Task A_folder_beside_them_that_is_called_like_a_class_is_one(string root)
    {
        var labels = await FolderLabelsTests.ReadAsync([$"{root}cat/a.png", $"{root}dog/b.png", $"{root}holdout/cat/c.png", $"{root}holdout/dog/d.png"], new SplitNamesSpec(Test: ["holdout"]));

        Assert.Equal(new FileLabel("cat", null), labels.Find($"{root}cat/a.png"));
        Assert.Equal(new FileLabel("dog", Split.Test), labels.Find($"{root}holdout/dog/d.png"));
    }

    [Fact]
    public async Task A_pattern_may_start_at_the_folder_around_everything_or_in_it()
    {
        string[] files = ["data/fold1/cat/a.png", "data/fold2/cat/b.png"];
        foreach (var said in (string[])["fold2/*", "data/fold2/*", "fold2", "data/fold2"])
        {
            var labels = await FolderLabelsTests.ReadAsync(files, new SplitNamesSpec(Train: ["fold1"], Test: [said]));
            Assert.Equal([new FileLabel("cat", Split.Train), new FileLabel("cat", Split.Test)], files.Select(labels.Find));
        }
    }
}
