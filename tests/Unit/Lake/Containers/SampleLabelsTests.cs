using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

public class SampleLabelsTests
{
    private const int Count = 24;

    [Theory]
    [InlineData("pictures first")]
    [InlineData("notes first")]
    [InlineData("mixed")]
    public async Task Notes_and_pictures_are_joined_wherever_in_the_shard_they_lie(string order)
    {
        using var lake = new TestLake();
        (string Name, byte[] Content)[] pictures = [.. Enumerable.Range(0, Count).Select(i => ($"a/{i:d4}.png", Pictures.Png(i)))];
        (string Name, byte[] Content)[] notes = [.. Enumerable.Range(0, Count).Select(i => ($"a/{i:d4}.cls", Archives.Text(i % 2 == 0 ? "even" : "odd")))];
        lake.Drop("shard.tar", Archives.Tar(order switch
        {
            "pictures first" => [.. pictures, .. notes],
            "notes first" => [.. notes, .. pictures],
            _ => [.. pictures.Concat(notes).OrderBy(member => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(member.Content)))],
        }));

        var dataset = await lake.ImportAllAsync();

        Assert.Empty(await lake.RejectionsAsync(dataset));
        Assert.Equal([("even", Count / 2), ("odd", Count / 2)], (await lake.SamplesAsync(dataset)).GroupBy(sample => sample.Label!).Select(group => (group.Key, group.Count())).Order());
    }

    [Fact]
    public async Task Texts_are_joined_with_notes_that_are_not_beside_them()
    {
        using var lake = Texts.Of(Modalities.Text, window: 500);
        var random = new Random(1);
        string[] texts = [.. Enumerable.Range(0, 40).Select(_ => Texts.Words(random, 20))];
        lake.Drop("shard", Archives.Tar([
            .. texts.Select((text, i) => ($"{i:d4}.txt", Archives.Text(text))),
            .. texts.Select((_, i) => ($"{i:d4}.json", Archives.Text($$"""{"label": {{i % 2}}}""")))]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(texts.Select((text, i) => (text, (string?)$"{i % 2}")).Order(), (await Texts.SamplesAsync(lake, dataset)).Order());
    }

    [Fact]
    public async Task A_label_of_a_picture_that_is_not_there_is_told()
    {
        using var lake = new TestLake();
        lake.Drop("shard", Archives.Tar([.. Enumerable.Range(0, Count).Select(i => ($"{i}.png", Pictures.Png(i))), ("1000.cls", Archives.Text("cat")), ("1001.json", Archives.Text("""{"cls": 3}""")), ("about.json", Archives.Text("""{"made": "today"}"""))]));

        var rejections = await lake.RejectionsAsync(await lake.ImportAllAsync());

        Assert.Equal([("shard!/1000.cls", RejectionReason.UnknownFile), ("shard!/1001.json", RejectionReason.UnknownFile)], rejections.Select(rejection => (rejection.Path, rejection.Reason)).Order());
    }

    [Theory]
    [InlineData("json", "true", "true")]
    [InlineData("json", "1", "1")]
    [InlineData("json", "1.0", "1")]
    [InlineData("json", "\" cat \"", "cat")]
    [InlineData("json", "null", null)]
    [InlineData("json", "[1]", null, "a list")]
    [InlineData("json", "{}", null, "an object")]
    [InlineData("cls", "cat\n", "cat")]
    [InlineData("cls", "\uFEFFcat", "cat")]
    [InlineData("cls", "b\u00FFd", null, "bytes that are no UTF-8")]
    public async Task A_label_in_a_note_is_one_or_is_told(string extension, string written, string? label, string? fault = null)
    {
        using var lake = new TestLake();
        var note = extension == "json" ? Archives.Text($$"""{"label": {{written}}}""") : fault is null ? Archives.Text(written) : System.Text.Encoding.Latin1.GetBytes(written);
        lake.Drop("folder/shard", Archives.Tar([.. Enumerable.Range(0, Count).SelectMany(i => new[] { ($"{i}.png", Pictures.Png(i)), ($"{i}.{extension}", note) })]));

        // A folder alone would say no class.
        lake.DropPictures("other", 1, firstSeed: 900);

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(Enumerable.Repeat(label ?? (fault is null ? "folder" : null), Count), (await lake.SamplesAsync(dataset)).Select(sample => sample.Label).Where(found => found != "other"));
        var rejections = await lake.RejectionsAsync(dataset);
        Assert.Equal(fault is null ? 0 : Count, rejections.Count);
        Assert.All(rejections, rejection => Assert.Equal((RejectionReason.BadLabel, fault), (rejection.Reason, rejection.Detail)));
    }
}
