using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

public class WrappedFoldersTests
{
    private static readonly (string Name, byte[] Content)[] Beside =
    [
        ("README.md", "x"u8.ToArray()), ("LICENSE", "x"u8.ToArray()), ("notes.txt", "x"u8.ToArray()), ("pets/README", "x"u8.ToArray()),
        ("pets/about.json", "{}"u8.ToArray()), ("pets/index.csv", "a,b"u8.ToArray()),
        ("__MACOSX/pets/._a", [1]), ("__MACOSX/b.png", [1]), ("pets/.DS_Store", [1]), (".DS_Store", [1]), ("pets/cat/._1.png", [1]),
    ];

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("gzip tar")]
    public async Task Notes_beside_and_in_the_folder_that_wraps_all_do_not_undo_it(string kind)
    {
        using var lake = new TestLake();
        (string, byte[])[] members =
            [.. Beside, .. Enumerable.Range(0, 24).Select(i => ($"pets/{(i % 2 == 0 ? "cat" : "dog")}/{i}.png", Pictures.Png(i)))];
        lake.Drop("data", kind switch
        {
            "zip" => Archives.Zip(members),
            "tar" => Archives.Tar(members),
            _ =>
            Archives.Gzip(Archives.Tar(members))
        });

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(["cat", "dog"], dataset.Classes);
        Assert.Equal(24, dataset.Summary.Labelled);
        Assert.Empty(await lake.RejectionsAsync(dataset));
    }

    [Theory]
    [InlineData("labels.csv", "")]
    [InlineData("labels.jsonl", "")]
    [InlineData("labels.csv", "pictures/")]
    public async Task A_table_in_the_folder_that_wraps_all_names_the_files_from_there(string table, string below)
    {
        using var lake = new TestLake();
        var rows = Enumerable.Range(0, 25)
            .Select(i => table == "labels.csv"
                ? $"{below}{i}.png,{(i % 2 == 0 ? "cat" : "dog")}"
                : $$"""{"file": "{{below}}{{i}}.png", "label": "{{(i % 2 == 0 ? "cat" : "dog")}}"}""");
        lake.Drop("data.zip", Archives.Zip([
            .. Enumerable.Range(0, 24).Select(i => ($"pets/{below}{i}.png", Pictures.Png(i))),
            ($"pets/{table}", Archives.Text(string.Join('\n', table == "labels.csv" ? rows.Prepend("file,label") : rows))),
            ("pets/about.txt", Archives.Text("pets"))]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(["cat", "dog"], dataset.Classes);
        Assert.Equal(24, dataset.Summary.Labelled);
        Assert.Equal([($"data.zip!/pets/{below}24.png", RejectionReason.UnknownFile)], (await lake.RejectionsAsync(dataset))
            .Select(rejection => (rejection.Path, rejection.Reason)));
    }

    [Fact]
    public async Task A_table_at_the_top_goes_before_one_in_the_folder_and_that_is_told()
    {
        using var lake = new TestLake();
        lake.Drop("data.zip", Archives.Zip([
            ("pets/labels.csv", Archives.Text("file,label\n1.png,cat")),
            .. Enumerable.Range(0, 24).Select(i => ($"pets/{i % 2}/{i}.png", Pictures.Png(i))),
            ("labels.csv",
                Archives.Text($"file,label\n{string.Join('\n', Enumerable.Range(0, 24).Select(i => $"pets/{i % 2}/{i}.png,bird"))}"))]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(["bird"], dataset.Classes);
        var warning = Assert.Single(dataset.Warnings!);
        Assert.Equal(
            (WarningCode.TableNotUsed,
                "data.zip!/pets/labels.csv lies beside the samples and is not used: the labels are those of labels.csv."),
                    (warning.Code, warning.Message));
    }
}
