using System.Text.Json;
using Pipeline.Cli.Results;
using Pipeline.Ingestion.Committing;
using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Cli.Results;

public class DataListingTests
{
    [Fact]
    public async Task The_newest_version_of_a_dataset_is_shown_although_no_run_came_of_it()
    {
        using var lake = await Imported();

        var lines = await Lines(lake, json: false);
        Assert.StartsWith("pictures: 41 samples (", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("classes (train/validation/test): axolotl 1 (", lines[1], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("warning class-of-one: 1 class has one labelled sample only: 'axolotl'.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task As_JSON_a_dataset_is_a_line_with_its_data_as_in_the_report()
    {
        using var lake = await Imported();

        var line = JsonSerializer.Deserialize<JsonElement>(Assert.Single(await Lines(lake, json: true)));
        Assert.Equal(["dataset", "version", "data", "warnings"], line.EnumerateObject().Select(property => property.Name));
        Assert.Equal(["axolotl", "cat", "dog"], line.GetProperty("data").GetProperty("classes").EnumerateArray().Select(found => found.GetProperty("name").GetString()));
        Assert.Contains(line.GetProperty("warnings").EnumerateArray(), warning => warning.GetProperty("code").GetString() == "class-of-one" && warning.GetProperty("count").GetInt64() == 1);
    }

    [Fact]
    public async Task A_dataset_that_is_not_there_is_refused()
    {
        using var lake = new TestLake();

        Assert.Equal(["No dataset was imported yet."], await Lines(lake, json: false));
        await Assert.ThrowsAsync<PipelineException>(() => Lines(lake, json: false, "others"));
    }

    private static async Task<TestLake> Imported()
    {
        var lake = new TestLake();
        lake.DropPictures("cat", 20, firstSeed: 0);
        lake.DropPictures("dog", 20, firstSeed: 100);
        lake.DropPictures("axolotl", 1, firstSeed: 200);
        await lake.ImportAllAsync();
        return lake;
    }

    private static async Task<string[]> Lines(TestLake lake, bool json, string? dataset = null)
    {
        using var output = new StringWriter();
        await DataListing.WriteAsync(new CommittedDatasets(lake.Store), dataset, json, output, TestContext.Current.CancellationToken);
        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
