using Pipeline.Contracts;
using Pipeline.Ingestion;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sources;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Sources;

public class LayoutTests
{
    [Fact]
    public async Task The_first_folder_is_the_class()
    {
        using var lake = new Lake();
        lake.Drop("cat/2024/a.png", []);
        lake.Drop("unlabelled/b.png", []);
        var labels = await FolderLabels.ReadAsync(new LocalFolder(lake.Folder));

        Assert.Equal(new FileLabel("cat", null), labels.Find("cat/2024/a.png"));
        Assert.Equal(new FileLabel(null, null), labels.Find("unlabelled/b.png"));
        Assert.Equal(new FileLabel(null, null), labels.Find("loose.png"));
    }

    [Fact]
    public async Task Folders_named_after_splits_are_splits()
    {
        using var lake = new Lake();
        lake.Drop("train/cat/a.png", []);
        lake.Drop("val/cat/b.png", []);
        lake.Drop("test/dog/c.png", []);
        var labels = await FolderLabels.ReadAsync(new LocalFolder(lake.Folder));

        Assert.Equal(new FileLabel("cat", Split.Train), labels.Find("train/cat/a.png"));
        Assert.Equal(new FileLabel("cat", Split.Validation), labels.Find("val/cat/b.png"));
        Assert.Equal(new FileLabel("dog", Split.Test), labels.Find("test/dog/c.png"));
        Assert.Equal(new FileLabel(null, Split.Test), labels.Find("test/d.png"));
    }

    [Fact]
    public async Task Split_folders_beside_others_are_refused_by_name()
    {
        using var lake = new Lake();
        lake.Drop("train/a.png", []);
        lake.Drop("extra/b.png", []);

        var error = await Assert.ThrowsAsync<PipelineException>(lake.OpenAsync);

        Assert.Contains("(train) beside others (extra)", error.Message);
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
}
