using System.Diagnostics;
using System.IO.Compression;
using Pipeline.Ingestion.Committing;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

public class FilesSourceTests
{
    [Fact]
    public async Task Links_are_counted_and_told()
    {
        using var lake = new TestLake();
        lake.DropPictures("cat", 8, firstSeed: 0);
        lake.DropPictures("dog", 8, firstSeed: 20);
        File.CreateSymbolicLink(Path.Combine(lake.Folder, "cat", "link.png"), Path.Combine(lake.Folder, "cat", "000.png"));
        Directory.CreateSymbolicLink(Path.Combine(lake.Folder, "more"), lake.Folder);

        var found = Assert.Single((await lake.PlanAsync()).Findings);

        Assert.Equal((WarningCode.LinksNotFollowed, 2L, "'cat/link.png'"), (found.Code, found.Count, found.Detail));
    }

    [Theory]
    [InlineData("a.parquet")]
    [InlineData("labels.csv")]
    [InlineData("cat/a.png")]
    public async Task A_folder_of_links_alone_says_so(string path)
    {
        using var lake = new TestLake();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(lake.Folder, path))!);
        File.CreateSymbolicLink(Path.Combine(lake.Folder, path), "/etc/hostname");

        Assert.Contains("no files to import: 1 symbolic links are not followed; copy the files", (await Assert.ThrowsAsync<PipelineException>(lake.PlanAsync)).Message);
    }

    [Fact]
    public async Task Where_the_table_says_no_split_the_folder_or_the_name_does()
    {
        using var lake = new TestLake { Options = new() { ChunkItems = 100, EagerFiles = 0 } };
        lake.DropPictures("train", 12, firstSeed: 0);
        lake.DropPictures("test", 8, firstSeed: 20);
        lake.DropPictures("masks", 4, firstSeed: 40);
        lake.Drop("labels.csv", "file,label\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"train/{i:d3}.png,{"ab"[i % 2]}\n")) + string.Concat(Enumerable.Range(0, 8).Select(i => $"test/{i:d3}.png,{"ab"[i % 2]}\n")));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(8, dataset.Summary.Test);
        Assert.Equal((4, 4), (dataset.ClassCounts[0].Test, dataset.ClassCounts[1].Test));
    }

    [Theory]
    [InlineData("train.zip", "test.zip", "", "")]
    [InlineData("all.zip", "all.zip", "train/", "test/")]
    [InlineData("all.zip", "all.zip", "pets/Training/", "pets/Testing/")]
    public async Task Archives_say_splits_as_folders_and_files_do(string train, string test, string trainFolder, string testFolder)
    {
        using var lake = new TestLake { Options = new() { ChunkItems = 100, EagerFiles = 0 } };
        Zip(lake, train, trainFolder, 12, 0);
        Zip(lake, test, testFolder, 8, 50);

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(["cat", "dog"], dataset.Classes);
        Assert.Equal((4, 4), (dataset.ClassCounts[0].Test, dataset.ClassCounts[1].Test));
        Assert.Empty(dataset.Warnings ?? []);
    }

    [Fact]
    public async Task Unlabelled_members_of_an_archive_are_told()
    {
        using var lake = new TestLake { Options = new() { ChunkItems = 100, EagerFiles = 0 } };
        Zip(lake, "all.zip", "", 12, 0);
        Zip(lake, "all.zip", "extra/", 4, 50);

        var found = Assert.Single((await lake.PlanAsync()).Findings);

        Assert.Equal((WarningCode.UnlabelledFolder, 4L, "extra"), (found.Code, found.Count, found.Subject));
    }

    [Fact]
    public async Task A_flat_test_folder_is_used_without_labels_where_the_experiment_names_the_training_split_alone()
    {
        using var lake = new TestLake();
        lake.DropPictures("train/cat", 20, firstSeed: 0);
        lake.DropPictures("train/dog", 20, firstSeed: 30);
        lake.DropPictures("test", 10, firstSeed: 60);
        var refused = await lake.ImportAllAsync();
        using var named = new TestLake { Experiment = lake.Experiment with { Splits = new SplitNamesSpec(Train: ["train"]) } };
        named.DropPictures("train/cat", 20, firstSeed: 0);
        named.DropPictures("train/dog", 20, firstSeed: 30);
        named.DropPictures("test", 10, firstSeed: 60);
        var dataset = await named.ImportAllAsync();

        Assert.Contains("The data brings its own test split, and none of its samples has a label", Assert.Throws<PipelineException>(() => DatasetChecks.Verify(lake.Experiment, refused)).Message);
        DatasetChecks.Verify(named.Experiment, dataset);
        Assert.Equal(40, dataset.ClassCounts.Sum(count => count.Train + count.Validation + count.Test));
    }

    [Theory]
    [InlineData("cat/pipe.png")]
    [InlineData("pipe")]
    public async Task A_pipe_is_rejected_and_the_rest_goes_on(string pipe)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems are not asked.");
        using var lake = new TestLake();
        lake.DropPictures("cat", 8, firstSeed: 0);
        lake.DropPictures("dog", 8, firstSeed: 20);
        MakePipe(Path.Combine(lake.Folder, pipe));

        var dataset = await lake.ImportAllAsync();

        var rejection = Assert.Single(await lake.RejectionsAsync(dataset));
        Assert.Equal((pipe, RejectionReason.NotAFile, "it is not a file: a named pipe"), (rejection.Path, rejection.Reason, rejection.Message));
    }

    [Fact]
    public async Task A_table_of_labels_that_is_a_pipe_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems are not asked.");
        using var lake = new TestLake();
        lake.DropPictures("cat", 2, firstSeed: 0);
        MakePipe(Path.Combine(lake.Folder, "labels.csv"));

        Assert.EndsWith("labels.csv' is a named pipe; it must be a file.", (await Assert.ThrowsAsync<PipelineException>(lake.PlanAsync)).Message);
    }

    private static void MakePipe(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        made.WaitForExit();
    }

    private static void Zip(TestLake lake, string name, string folder, int count, int firstSeed)
    {
        using var zip = ZipFile.Open(Path.Combine(lake.Folder, name), ZipArchiveMode.Update);
        for (var i = 0; i < count; i++)
        {
            using var member = zip.CreateEntry($"{folder}{(folder == "extra/" ? "" : i % 2 == 0 ? "cat/" : "dog/")}{i:d3}.png").Open();
            member.Write(Pictures.Png(firstSeed + i));
        }
    }
}
