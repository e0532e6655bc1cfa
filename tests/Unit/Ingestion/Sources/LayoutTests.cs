using Pipeline.Contracts;
using Pipeline.Ingestion;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sources;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Sources;

public class LayoutTests
{
    [Fact]
    public async Task Split_folders_beside_others_are_refused_by_name()
    {
        using var lake = new Lake();
        lake.Drop("train/a.png", []);
        lake.Drop("more/b.png", []);

        var error = await Assert.ThrowsAsync<PipelineException>(lake.OpenAsync);

        Assert.Contains("(train) beside others (more)", error.Message);
        Assert.Contains("'splits: { train: train }', or 'splits: {}'", error.Message);
    }

    [Fact]
    public async Task A_folder_that_is_missing_or_holds_nothing_to_import_is_named_with_what_would_be_valid()
    {
        using var lake = new Lake();
        lake.Drop("README.md", "nothing here");

        var missing = await Assert.ThrowsAsync<PipelineException>(() => LakeSources.OpenAsync(new LocalFolder(lake.Folder + "-not"), new KnownFiles(lake.Store, lake.Folder), new IngestionOptions(), lake.Experiment));
        var empty = await Assert.ThrowsAsync<PipelineException>(lake.PlanAsync);

        Assert.StartsWith($"There is no folder '{lake.Folder}-not'. Valid is", missing.Message);
        Assert.StartsWith($"'{lake.Folder}' holds no files to import. Valid is", empty.Message);
    }

    [Fact]
    public async Task Labels_come_from_the_table()
    {
        using var lake = new Lake();
        lake.Drop("labels.csv", "split,file,label\r\ntest,\"a, b.png\",\"the \"\"cat\"\"\"\r\n,./sub\\c.png,dog\n");
        var labels = (await LabelTable.FindAsync(new LocalFolder(lake.Folder)))!;

        Assert.Equal(new FileLabel("the \"cat\"", Split.Test), labels.Find("a, b.png"));
        Assert.Equal(new FileLabel("dog", null), labels.Find("sub/c.png"));
        Assert.Equal(default, labels.Find("other.png"));
        Assert.Empty(labels.Rejections());
    }

    [Fact]
    public async Task What_is_wrong_with_a_label_is_told_and_stops_nothing()
    {
        using var lake = new Lake();
        lake.Drop("labels.csv", "file,label\na.png,cat\na.png,dog\nb.png,\nghost.png,cat\nc.png,cat\nc.png,cat\n");
        var labels = (await LabelTable.FindAsync(new LocalFolder(lake.Folder)))!;

        Assert.Null(labels.Find("a.png").Label);
        Assert.Null(labels.Find("b.png").Label);
        Assert.Equal("cat", labels.Find("c.png").Label);
        Assert.Equal(
            [("a.png", RejectionReason.TwoLabels), ("b.png", RejectionReason.EmptyLabel), ("ghost.png", RejectionReason.UnknownFile)],
            labels.Rejections().Select(rejection => (rejection.Path, rejection.Reason)));
    }

    [Theory]
    [InlineData("name,label\n", "begins with the columns 'name,label'")]
    [InlineData("", "begins with the columns ''")]
    [InlineData("file,label,split\na.png,cat,tset\n", "line 2 names the split 'tset'; valid are train, validation, valid, val, test")]
    [InlineData("file,label\na.png,\"cat\n", "line 2: a quote that is not closed")]
    [InlineData("file,label,split\na.png,cat,test\na.png,cat,train\n", "line 3 puts 'a.png' into another split than line 2")]
    public async Task A_table_that_cannot_be_trusted_is_refused_with_its_line(string table, string message)
    {
        using var lake = new Lake();
        lake.Drop("labels.csv", table);

        Assert.Contains(message, (await Assert.ThrowsAsync<PipelineException>(() => LabelTable.FindAsync(new LocalFolder(lake.Folder)))).Message);
    }
}
