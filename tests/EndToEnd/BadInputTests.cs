using Xunit;

namespace Pipeline.Tests.EndToEnd;

/// <summary>Whatever is wrong is told in one line, and leaves nothing that a later run would trust.</summary>
public sealed class BadInputTests(FinishedRun finished)
{
    public static TheoryData<string> Names => [.. All.Keys];

    private static Dictionary<string, BadInput> All { get; } = new(BadInput.All.Concat(BadSequences.All));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Bad_input_is_told_in_one_line(string name)
    {
        using var place = new Workplace().WithExperiment().WithData();
        var bad = All[name];
        bad.Spoil(place, finished);

        AssertOneLine(await place.EndAsync(bad.Arguments), bad.Told);
    }

    /// <summary>What pretraining reads takes half a megabyte, its checkpoint one and a half,
    /// and each fine-tuned model half a megabyte.</summary>
    [Theory]
    [InlineData("ingestion", 256)]
    [InlineData("pretraining", 1200)]
    [InlineData("fine-tuning", 4000)]
    public async Task A_full_disk_is_told_in_one_line(string stage, int kilobytes)
    {
        Assert.SkipUnless(PipelineProcess.CanMountSmallDisks(), "This system does not let a user mount a small disk.");
        using var place = new Workplace().WithExperiment(TinyTask.Image.Experiment.Replace("width: 4", "width: 32")).WithData();
        Directory.CreateDirectory(place.Store);
        using var process = PipelineProcess.StartOnSmallDisk(place.Root, place.Store, kilobytes, "run", "tiny.yaml", "--data", "data",
            "--device", "cpu");

        AssertOneLine(await process.EndAsync(), [$"{stage} failed: The disk is full", "Free some space"]);
    }

    [Theory]
    [InlineData("nowhere", "does not exist")]
    [InlineData("tiny.yaml", "is a file")]
    public async Task A_folder_for_temporary_files_that_cannot_be_used_is_told_in_one_line(string folder, string told)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Elsewhere the folder has another variable.");
        using var place = new Workplace().WithExperiment().WithData();
        using var process = PipelineProcess.StartWithTemporaryFolder(place.Root, place.PathOf(folder), "run", "tiny.yaml", "--data", "data",
            "--device", "cpu");

        AssertOneLine(await process.EndAsync(), [place.PathOf(folder), told, "TMPDIR"]);
    }

    [Fact]
    public async Task A_second_process_on_the_same_store_is_told_so_in_one_line()
    {
        using var place = new Workplace().WithExperiment(TinyTask.Image.Experiment.Replace("epochs: 1", "epochs: 1000")).WithData();
        using var first = place.StartRun();
        await first.SeeAsync("pretraining");

        AssertOneLine(await place.EndRunAsync(), ["in use by another run", "--store"]);
        Assert.Equal(0, (await place.EndAsync("status")).ExitCode);
    }

    [Fact]
    public async Task A_good_run_in_a_store_that_saw_bad_ones_finds_what_it_finds_elsewhere()
    {
        using var place = new Workplace();
        foreach (var name in (string[])["more labels than there are", "corrupt images only", "one class only", "a device that is not there",
            "unknown pretext task"])
        {
            place.WithExperiment().WithData();
            BadInput.All[name].Spoil(place, finished);
            Assert.NotEqual(0, (await place.EndAsync(BadInput.All[name].Arguments)).ExitCode);
            Directory.Delete(place.PathOf("data"), recursive: true);
        }

        place.WithExperiment().WithData();
        Assert.Equal(finished.Findings, place.Findings(await place.EndRunAsync()));
    }

    private static void AssertOneLine(Ended ended, IReadOnlyList<string> told)
    {
        Assert.NotEqual(0, ended.ExitCode);
        var line = Assert.Single(ended.Errors);
        Assert.All(told, words => Assert.Contains(words, line));
        Assert.DoesNotContain(ended.Output.Append(line), shown => shown.Contains("   at "));
    }
}
