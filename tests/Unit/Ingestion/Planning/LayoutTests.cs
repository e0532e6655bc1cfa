using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

public class LayoutTests
{
    [Fact]
    public async Task Split_folders_beside_others_are_refused_by_name()
    {
        using var lake = new TestLake();
        lake.Drop("train/a.png", []);
        lake.Drop("more/b.png", []);

        var error = await Assert.ThrowsAsync<PipelineException>(() => lake.ReadAsync());

        Assert.Contains("(train) beside others (more)", error.Message);
        Assert.Contains("'splits: { train: train }', or 'splits: {}'", error.Message);
    }

    [Fact]
    public async Task A_folder_that_is_missing_or_holds_nothing_to_import_is_named_with_what_would_be_valid()
    {
        using var lake = new TestLake();
        lake.Drop("README.md", "nothing here");

        var missing = await Assert.ThrowsAsync<PipelineException>(() => lake.ReadAsync(lake.Folder + "-not"));
        var empty = await Assert.ThrowsAsync<PipelineException>(lake.PlanAsync);

        Assert.StartsWith($"There is no folder '{lake.Folder}-not'. It must be", missing.Message);
        Assert.StartsWith($"'{lake.Folder}' holds no files to import. It must be", empty.Message);
    }
}
