using System.Text.Json;
using Pipeline.Tests.Unit.Lake.Containers;
using Xunit;

namespace Pipeline.Tests.EndToEnd;

public sealed class ArchivesRunTests
{
    [Fact]
    public async Task A_folder_with_a_zip_a_WebDataset_tar_and_a_Parquet_file_runs_to_its_verdict_and_names_the_member_that_is_broken()
    {
        using var place = new Workplace().WithExperiment();
        Directory.CreateDirectory(place.PathOf("data"));
        var tar = Pictures(100).SelectMany(picture => new[] { picture,
            (picture.Name.Replace(".bmp", ".cls"), Archives.Text(KindOf(picture.Name))) });
        Write("shelf.zip", Archives.Zip([.. Pictures(0).Select(picture =>
            ($"shelf/{KindOf(picture.Name)}/{picture.Name}", picture.Content))]));
        Write("shard.tar", Archives.Tar([.. tar, ("broken.bmp", Archives.Text("BM"))]));
        Write("table.parquet", await Archives.ParquetAsync([.. Pictures(200).Select(picture => picture.Content)],
            [.. Pictures(200).Select(picture => KindOf(picture.Name))]));

        var run = await place.EndRunAsync();
        var rejected = await place.EndAsync("status", "--rejected", "--json");

        Assert.True(run.ExitCode == 0, run.ToString());
        using var report = JsonDocument.Parse(File.ReadAllText(place.PathOf(run.Output[^2])));
        Assert.Equal("300", $"{report.RootElement.GetProperty("data").GetProperty("samples")}");
        using var line = JsonDocument.Parse(Assert.Single(rejected.Output));
        Assert.Equal("shard.tar!/broken.bmp", line.RootElement.GetProperty("path").GetString());
        Assert.Equal("corrupt", line.RootElement.GetProperty("reason").GetString());

        void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(place.PathOf("data"), name), content);
    }

    private static IEnumerable<(string Name, byte[] Content)> Pictures(int first) =>
        Enumerable.Range(first, 100).Select(number => ($"{number:d4}.bmp", TinyImages.Bmp(TinyImages.Draw(number))));

    private static string KindOf(string name) => $"kind-{int.Parse(name[..4]) % TinyImages.Classes}";
}
