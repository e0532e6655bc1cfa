using Pipeline.Ingestion.Planning;
using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

public class ContainerImportTests
{
    [Fact]
    public async Task The_same_pictures_give_the_same_samples_loose_and_in_every_container()
    {
        using var loose = new TestLake();
        loose.DropPictures("cat", 10, 0);
        loose.DropPictures("dog", 10, 100);
        var expected = (await loose.SamplesAsync(await loose.ImportAllAsync())).Order();
        var (cats, dogs) = (Named("cat", 0), Named("dog", 100));
        byte[][] images = [.. cats.Concat(dogs).Select(member => member.Content)];
        string[] labels = [.. Enumerable.Repeat("cat", 10), .. Enumerable.Repeat("dog", 10)];

        foreach (var container in new[]
        {
            Archives.Zip([.. cats, .. dogs]),
            Archives.Zip([.. cats.Concat(dogs).Select(member => ($"dataset/{member.Name}", member.Content))]),
            Archives.Tar([.. cats, .. dogs]),
            Archives.Gzip(Archives.Tar([.. cats, .. dogs])),
            Archives.Tar([("inner", Archives.Zip([.. cats, .. dogs]))]),
            await Archives.ParquetAsync(images, labels),
        })
        {
            using var lake = new TestLake();
            lake.Drop("data.bin", container);
            var dataset = await lake.ImportAllAsync();

            Assert.Empty(await lake.RejectionsAsync(dataset));
            Assert.Equal(expected, (await lake.SamplesAsync(dataset)).Order());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rows_of_an_arrow_file_or_stream_are_samples(bool isFile)
    {
        using var lake = new TestLake();
        lake.Drop("data", Archives.Arrow([.. Enumerable.Range(0, 20).Select(i => Pictures.Png(i))], [.. Enumerable.Range(0, 20).Select(i => (long)i % 2)], isFile));

        var dataset = await lake.ImportAllAsync();

        Assert.Empty(await lake.RejectionsAsync(dataset));
        Assert.Equal(["0", "1"], dataset.Classes);
        Assert.Equal(20, (await lake.SamplesAsync(dataset)).Count);
    }

    [Fact]
    public async Task Samples_of_a_webdataset_have_the_labels_of_their_notes()
    {
        using var lake = new TestLake();
        lake.Drop("shard", Archives.Tar([.. Enumerable.Range(0, 20).SelectMany(i => new[]
        {
            ($"{i:d4}.png", Pictures.Png(i)),
            i % 2 == 0 ? ($"{i:d4}.cls", Archives.Text("even\n")) : ($"{i:d4}.json", Archives.Text("""{"label":"odd"}""")),
        })]));

        var dataset = await lake.ImportAllAsync();

        Assert.Empty(await lake.RejectionsAsync(dataset));
        Assert.Equal([("even", 10), ("odd", 10)], (await lake.SamplesAsync(dataset)).GroupBy(sample => sample.Label!).Select(group => (group.Key, group.Count())).Order());
    }

    [Fact]
    public async Task Texts_of_a_webdataset_have_the_labels_of_their_notes()
    {
        using var lake = Texts.Of(Modalities.Text, window: 500);
        var random = new Random(1);
        string[] texts = [.. Enumerable.Range(0, 43).Select(_ => Texts.Words(random, 20))];
        lake.Drop("shard", Archives.Tar([
            .. Enumerable.Range(0, 40).SelectMany(i => new[]
            {
                ($"{i:d4}.{(i % 2 == 0 ? "cls" : "json")}", Archives.Text(i % 2 == 0 ? "even\n" : """{"label": "odd", "url": "x"}""")),
                ($"{i:d4}.txt", Archives.Text(texts[i])),
            }),
            // Documents themselves: alone, or with text of its own.
            ("alone.json", Archives.Text($$"""{"text": "{{texts[40]}}", "label": "own"}""")),
            ("both.json", Archives.Text($$"""{"text": "{{texts[41]}}", "label": "own"}""")),
            ("both.txt", Archives.Text(texts[42])),
            ("one.cls", Archives.Text("a")),
            ("one.json", Archives.Text("""{"cls": "b"}""")),
            ("one.txt", Archives.Text("two labels are none"))]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal([("shard!/one.txt", RejectionReason.TwoLabels)], (await lake.RejectionsAsync(dataset)).Select(rejection => (rejection.Path, rejection.Reason)));
        Assert.Equal(
            texts.Select((text, i) => (text, i < 40 ? i % 2 == 0 ? "even" : "odd" : i < 42 ? "own" : null)).Append(("two labels are none", null)).Order(),
            (await Texts.SamplesAsync(lake, dataset)).Order());
    }

    [Fact]
    public async Task Containers_and_loose_files_lie_side_by_side_and_the_folder_around_an_archive_is_its_class()
    {
        using var lake = new TestLake();
        lake.DropPictures("cat", 8, 0);
        lake.Drop("dog/more", Archives.Zip([.. Enumerable.Range(100, 8).Select(i => ($"{i}.png", Pictures.Png(i)))]));
        lake.Drop("dog/birds.tar", Archives.Tar([.. Enumerable.Range(200, 8).Select(i => ($"./bird/{i}.png", Pictures.Png(i)))]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(["bird", "cat", "dog"], dataset.Classes);
        Assert.Equal([8, 8, 8], (await lake.SamplesAsync(dataset)).GroupBy(sample => sample.Label).Select(group => group.Count()));
    }

    [Fact]
    public async Task An_archive_that_is_unchanged_is_known_and_one_that_changed_behind_its_version_stops_the_plan_and_is_read_again()
    {
        using var lake = new TestLake();
        var file = Path.Combine(lake.Folder, "data.zip");
        lake.Drop("data.zip", Archives.Zip([.. Named("cat", 0), .. Named("dog", 100)]));
        var hourAgo = DateTime.UtcNow.AddHours(-1);
        File.SetLastWriteTimeUtc(file, hourAgo);
        var first = await lake.FingerprintAsync();
        lake.Drop("data.zip", File.ReadAllBytes(file)[..^1].Append((byte)1).ToArray());
        File.SetLastWriteTimeUtc(file, hourAgo);

        Assert.Equal(first, await lake.FingerprintAsync());
        Assert.Contains("data.zip' has changed while", (await Assert.ThrowsAsync<PipelineException>(lake.PlanAsync)).Message);
        Assert.NotEqual(first, await lake.FingerprintAsync());
    }

    [Fact]
    public async Task An_archive_brings_its_own_table_of_labels()
    {
        using var lake = new TestLake();
        lake.Drop("data.zip", Archives.Zip([
            .. Enumerable.Range(0, 20).Select(i => ($"{i}.png", Pictures.Png(i))),
            ("labels.jsonl", Archives.Text(string.Join('\n', Enumerable.Range(0, 21).Select(i => $$"""{"file":"{{i}}.png","label":{{i % 2}}}"""))))]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(["0", "1"], dataset.Classes);
        Assert.Equal([("data.zip!/20.png", RejectionReason.UnknownFile)], (await lake.RejectionsAsync(dataset)).Select(rejection => (rejection.Path, rejection.Reason)));
    }

    [Fact]
    public async Task Other_limits_are_another_version_and_loose_files_keep_theirs()
    {
        async Task<string> KeyAsync(bool zip, int members)
        {
            using var lake = new TestLake { Options = new IngestionOptions { MaxMembers = members } };
            lake.Drop("a", zip ? Archives.Zip(("a.png", Pictures.Png(1))) : Pictures.Png(1));
            return (await lake.PlanAsync()).DatasetRoot;
        }

        Assert.NotEqual(await KeyAsync(zip: true, 5), await KeyAsync(zip: true, 6));
        Assert.Equal(await KeyAsync(zip: true, 5), await KeyAsync(zip: true, 5));
        Assert.Equal(await KeyAsync(zip: false, 5), await KeyAsync(zip: false, 6));
    }

    private static (string Name, byte[] Content)[] Named(string folder, int seed) =>
        [.. Enumerable.Range(0, 10).Select(i => ($"{folder}/{i:d3}.png", Pictures.Png(seed + i)))];
}
