using Pipeline.Lake.Kinds;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Places;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

public class FolderLabelsTests
{
    [Fact]
    public async Task The_first_folder_is_the_class()
    {
        var labels = await ReadAsync(["cat/2024/a.png", "dog/c.png", "unlabelled/b.png"]);

        Assert.Equal(new FileLabel("cat", null), labels.Find("cat/2024/a.png"));
        Assert.Equal(new FileLabel(null, null), labels.Find("unlabelled/b.png"));
        Assert.Equal(new FileLabel(null, null), labels.Find("loose.png"));
    }

    [Theory]
    [InlineData("train", "val", "test")]
    [InlineData("Training", "Validation", "Testing")]
    [InlineData("TRAIN", "valid", "eval")]
    [InlineData("train", "dev", "Evaluation")]
    public async Task Folders_named_after_splits_are_splits(string train, string validation, string test)
    {
        var labels = await ReadAsync([$"{train}/cat/a.png", $"{validation}/cat/b.png", $"{test}/dog/c.png"]);

        Assert.Equal(new FileLabel("cat", Split.Train), labels.Find($"{train}/cat/a.png"));
        Assert.Equal(new FileLabel("cat", Split.Validation), labels.Find($"{validation}/cat/b.png"));
        Assert.Equal(new FileLabel("dog", Split.Test), labels.Find($"{test}/dog/c.png"));
        Assert.Equal(new FileLabel(null, Split.Test), labels.Find($"{test}/d.png"));
        Assert.Equal(new SortedSet<string>(["", $"{test}/", $"{train}/", $"{validation}/"]), new SortedSet<string>(labels.TableFolders));
        Assert.Empty(labels.Findings());
    }

    [Theory]
    [InlineData("unlabelled")]
    [InlineData("unlabeled")]
    [InlineData("Unsup")]
    [InlineData("unsupervised")]
    [InlineData("extra")]
    public async Task Folders_of_unlabelled_samples_beside_splits_or_classes_have_no_label_and_are_told(string folder)
    {
        var beside = await ReadAsync(["train/cat/a.png", "test/cat/b.png", $"{folder}/c.png"]);
        var within = await ReadAsync(["train/cat/a.png", $"train/{folder}/c.png", "test/cat/b.png"]);
        var among = await ReadAsync(["cat/a.png", $"{folder}/2024/c.png"]);

        Assert.Equal(default, beside.Find($"{folder}/c.png"));
        Assert.Equal(new FileLabel(null, Split.Train), within.Find($"train/{folder}/c.png"));
        Assert.Equal(default, among.Find($"{folder}/2024/c.png"));
        Assert.Equal([(WarningCode.UnlabelledFolder, 1L, folder)], beside.Findings().Select(finding => (finding.Code, finding.Count, finding.Subject)));
        Assert.Equal([(WarningCode.UnlabelledFolder, 1L, $"train/{folder}")], within.Findings().Select(finding => (finding.Code, finding.Count, finding.Subject)));
        Assert.Equal([(WarningCode.UnlabelledFolder, 1L, folder)], among.Findings().Select(finding => (finding.Code, finding.Count, finding.Subject)));
    }

    [Fact]
    public async Task A_class_that_the_experiment_names_is_one_whatever_it_is_called()
    {
        var labels = await ReadAsync(["extra/a.png", "test/b.png"], labels: new LabelSpec(Classes: ["extra", "test"]));

        Assert.Equal(new FileLabel("extra", null), labels.Find("extra/a.png"));
        Assert.Equal(new FileLabel("test", null), labels.Find("test/b.png"));
        Assert.Empty(labels.Findings());
    }

    [Theory]
    [InlineData("valid", "invalid")]
    [InlineData("dev", "ops")]
    [InlineData("val", "lav")]
    public async Task Classes_of_which_one_is_called_after_validation_are_classes_and_told(string one, string other)
    {
        var labels = await ReadAsync([$"{one}/a.png", $"{other}/b.png"]);

        Assert.Equal(new FileLabel(one, null), labels.Find($"{one}/a.png"));
        Assert.Equal(new FileLabel(other, null), labels.Find($"{other}/b.png"));
        var told = Assert.Single(labels.Findings());
        Assert.Equal((WarningCode.SplitsNotUsed, 1L), (told.Code, told.Count));
        Assert.Contains($"validation: \"{one}\"", told.Detail);
    }

    [Theory]
    [InlineData("train", "plane")]
    [InlineData("test", "prod")]
    [InlineData("Training", "masks")]
    public async Task A_folder_called_after_training_or_test_beside_others_is_refused(string one, string other)
    {
        var labels = await ReadAsync([$"{one}/a/a.png", $"{other}/b/b.png"]);

        Assert.Contains($"({one}) beside others ({other})", Assert.Throws<PipelineException>(labels.Certain).Message);
    }

    [Theory]
    [InlineData("dataset/", "dataset/cat/a.png", "dataset/dog/b.png", "dataset/dog/2024/c.png")]
    [InlineData("a/b/c/d/", "a/b/c/d/cat/a.png", "a/b/c/d/dog/a.png")]
    [InlineData("dataset/", "dataset/cat/a.png", "dataset/dog/b.png", "README.md", "labels.csv", "notes.txt", "table.xlsx", "meta.json")]
    [InlineData("", "cat/a.png", "dog/b.png")]
    [InlineData("", "cat/a.png", "loose.png")]
    [InlineData("", "cat/a.png", "dog.zip")]
    [InlineData("", "train/cat/a.png")]
    [InlineData("a/b/c/d/", "a/b/c/d/e/cat/a.png")]
    public async Task A_folder_around_everything_is_no_class(string root, params string[] files)
    {
        var labels = await ReadAsync(files);

        Assert.Equal(root, labels.Root);
        Assert.Equal(files[0][root.Length..].Split('/') is [var first, _, ..] ? first == "train" ? "cat" : first : null, labels.Find(files[0]).Label);
        Assert.Equal(default, labels.Find("beside.png"));
    }

    [Fact]
    public async Task Splits_are_found_within_the_folder_around_everything()
    {
        var labels = await ReadAsync(["data/Train/cat/a.png", "data/Test/cat/b.png"]);

        Assert.Equal(new FileLabel("cat", Split.Test), labels.Find("data/Test/cat/b.png"));
        Assert.Equal(["", "data/", "data/Test/", "data/Train/"], labels.TableFolders);
    }

    [Theory]
    [InlineData("photos/a.png", "photos/b.png")]
    [InlineData("one/two/a.png")]
    [InlineData("only/a.png", "README.md")]
    public async Task A_single_folder_of_loose_samples_says_no_class(params string[] files) => Assert.Null((await ReadAsync(files)).Find(files[0]).Label);

    [Fact]
    public async Task Folders_that_are_empty_say_nothing()
    {
        using var lake = new TestLake();
        lake.Drop("train/cat/a.png", []);
        lake.Drop("test/cat/a.png", []);
        Directory.CreateDirectory(Path.Combine(lake.Folder, "tmp"));

        Assert.Equal(Split.Test, (await FolderLabels.ReadAsync(new LocalFolder(lake.Folder), LayoutRules.Of(lake.Experiment))).Certain().SplitOf("test/cat/a.png"));
    }

    internal static async Task<FolderLabels> ReadAsync(string[] files, SplitNamesSpec? splits = null, LabelSpec? labels = null, LakeContent content = LakeContent.Images)
    {
        using var lake = new TestLake();
        foreach (var file in files)
        {
            lake.Drop(file, []);
        }

        return await FolderLabels.ReadAsync(new LocalFolder(lake.Folder), new LayoutRules(new SplitRules(splits), new LabelRules(labels)), content);
    }
}
