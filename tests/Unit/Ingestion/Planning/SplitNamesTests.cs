using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

public class SplitNamesTests
{
    [Theory]
    [InlineData("train.csv", Split.Train)]
    [InlineData("dev.csv", Split.Validation)]
    [InlineData("test-00000-of-00001.parquet", Split.Test)]
    [InlineData("train-00003-of-00008.parquet", Split.Train)]
    [InlineData("imdb_test.jsonl", Split.Test)]
    [InlineData("promoters-train.fa.gz", Split.Train)]
    [InlineData("Validation.ARROW", Split.Validation)]
    [InlineData("eval.tar.gz", Split.Test)]
    [InlineData("reads (training).fastq", Split.Train)]
    [InlineData("train_val.csv", null)]
    [InlineData("contest.csv", null)]
    [InlineData("test2.csv", null)]
    [InlineData("all.csv", null)]
    [InlineData("train_001.png", null)]
    [InlineData("train.txt", null)]
    [InlineData("test/all.csv", null)]
    public void The_words_of_a_file_of_many_samples_say_its_split(string name, Split? split) => Assert.Equal(split, SplitNames.OfFile(name));

    [Theory]
    [InlineData("train.csv", "dev.csv", "test.csv")]
    [InlineData("data/train-00000-of-00001.parquet", "data/validation-00000-of-00001.parquet", "data/test-00000-of-00001.parquet")]
    [InlineData("promoters-train.fa.gz", "promoters-valid.fa.gz", "promoters-test.fa.gz")]
    public async Task Files_of_many_samples_are_splits_by_name_where_one_is_for_training(string train, string validation, string test)
    {
        var labels = await FolderLabelsTests.ReadAsync([train, validation, test], content: LakeContent.Sequences);

        Assert.Equal([new FileLabel(null, Split.Train), new FileLabel(null, Split.Validation), new FileLabel(null, Split.Test)], new[] { train, validation, test }.Select(labels.Find));
        Assert.Empty(labels.Findings());
    }

    [Theory]
    [InlineData("all.csv", "test.csv")]
    [InlineData("a.parquet", "dev.parquet")]
    [InlineData("en/train.jsonl", "en/test.jsonl", "de/train.jsonl")]
    [InlineData("cat/train/a.png", "cat/test/a.png", "dog/train/a.png")]
    [InlineData("cat/a.png", "cat/test/b.png", "dog/c.png")]
    [InlineData("train_001.png", "test_001.png")]
    [InlineData("cat/train_001.png", "cat/x.png", "dog/val-2.png")]
    [InlineData("train2017/a.png", "val2017/b.png")]
    public async Task Names_that_speak_of_splits_without_being_used_are_told(params string[] files)
    {
        var labels = await FolderLabelsTests.ReadAsync(files, content: LakeContent.Sequences);

        Assert.All(files, file => Assert.Null(labels.Find(file).Split));
        Assert.Equal(WarningCode.SplitsNotUsed, Assert.Single(labels.Findings()).Code);
    }

    [Theory]
    [InlineData("train_001.png", "train_002.png")]
    [InlineData("cat/test-drive.png", "dog/a.png")]
    [InlineData("cat/contest.png", "dog/restrained.png")]
    public async Task A_word_like_others_is_not_told(params string[] files)
    {
        var labels = await FolderLabelsTests.ReadAsync(files);

        Assert.All(files, file => Assert.Null(labels.Find(file).Split));
        Assert.Empty(labels.Findings());
    }

    [Fact]
    public async Task The_advice_makes_splits_of_them()
    {
        var files = new[] { "cat/train/a.png", "cat/test/b.png", "dog/test/2024/c.png" };
        var told = await FolderLabelsTests.ReadAsync(files);
        Array.ForEach(files, file => told.Find(file));

        Assert.Contains("'splits: { train: \"*/train/*\", test: \"*/test/*\" }'", Assert.Single(told.Findings()).Detail);
        var labels = await FolderLabelsTests.ReadAsync(files, new SplitNamesSpec(Train: ["*/train/*"], Test: ["*/test/*"]));
        Assert.Equal([new FileLabel("cat", Split.Train), new FileLabel("cat", Split.Test), new FileLabel("dog", Split.Test)], files.Select(labels.Find));
    }
}
