using Pipeline.Tests.Unit.Ingestion;
using Pipeline.Tests.Unit.Lake.Containers;
using Xunit;
using static Pipeline.Tests.Unit.Ingestion.Texts;

namespace Pipeline.Tests.Unit.Sequences;

public class UnpackedGzipTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(512)]
    [InlineData(10_240)]
    public async Task Zeros_behind_a_gzip_are_no_part_of_it(int zeros)
    {
        using var lake = Of(Modalities.Dna, window: 200);
        var random = new Random(1);
        var (first, second) = (Fasta(random, 20), Fasta(random, 20));
        lake.Drop("a.fa.gz", [.. Archives.Gzip(first), .. Archives.Gzip(second), .. new byte[zeros]]);

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(40, dataset.Summary.Samples);
        Assert.Empty(await lake.RejectionsAsync(dataset));
    }

    [Fact]
    public async Task A_gzip_that_is_cut_is_damaged_whatever_zeros_are_behind_it()
    {
        var packed = Archives.Gzip(Fasta(new Random(2), 200));

        Assert.Equal(RejectionReason.Corrupt, (await LostAsync(Modalities.Dna, "a.fa.gz", [.. packed[..(packed.Length / 2)], .. new byte[512]])).Reason);
        Assert.Equal(RejectionReason.Corrupt, (await LostAsync(Modalities.Dna, "a.fa.gz", [.. packed, .. "more"u8, .. new byte[512]])).Reason);
    }

    [Theory]
    [InlineData(Modalities.Dna, "a.fa.gz")]
    [InlineData(Modalities.Dna, "a.fq.gz")]
    [InlineData(Modalities.Text, "a.jsonl.gz")]
    [InlineData(Modalities.Text, "a.csv.gz")]
    public async Task The_records_of_a_damaged_gzip_count_as_so_many(string modality, string name)
    {
        var random = new Random(3);
        var content = Path.GetExtension(name[..^3]) switch
        {
            ".fa" => Fasta(random, 400),
            ".fq" => Archives.Text(Lines(400, i => $"@r{i}\n{Letters(random, "ACGT", 80)}\n+\n{new string('I', 80)}")),
            ".jsonl" => Archives.Text(Lines(400, _ => $$"""{"text": "{{Words(random, 20)}}"}""")),
            _ => Archives.Text("text\n" + Lines(400, _ => Words(random, 20))),
        };
        var packed = Archives.Gzip(content);
        var middle = (byte[])packed.Clone();
        middle.AsSpan(middle.Length / 2, 40).Fill(0xFF);

        // Behind the damage some of it may unpack to nonsense.
        Assert.InRange((await LostAsync(modality, name, middle)).Lost, 230, 500);
        packed[^6] ^= 1;
        var rejection = await LostAsync(modality, name, packed);
        Assert.InRange(rejection.Lost, 390, 410);
        Assert.EndsWith($"nothing of it is used; about {rejection.Lost} records are lost", rejection.Detail);
    }

    [Fact]
    public async Task A_text_in_a_damaged_gzip_is_one_and_of_a_gzip_that_begins_with_damage_nothing_tells()
    {
        var random = new Random(4);
        var packed = Archives.Gzip(Archives.Text(Words(random, 4000)));
        packed[^6] ^= 1;

        Assert.Equal(1, (await LostAsync(Modalities.Text, "a.txt.gz", packed)).Samples);
        packed.AsSpan(10, 50).Fill(0xFF);
        Assert.EndsWith("how many records are lost nothing tells", (await LostAsync(Modalities.Text, "a.jsonl.gz", packed)).Detail);
    }

    [Theory]
    [InlineData("42 5A 68 39 31 41 59 26 53 59 01 02", "a bzip2 archive")]
    [InlineData("FD 37 7A 58 5A 00 00 04", "an xz archive")]
    [InlineData("28 B5 2F FD 04 58", "a Zstandard archive")]
    [InlineData("37 7A BC AF 27 1C 00 04", "a 7-Zip archive")]
    [InlineData("52 61 72 21 1A 07 01 00", "a RAR archive")]
    public async Task Archives_that_are_not_read_are_named(string start, string name)
    {
        byte[] archive = [.. Convert.FromHexString(start.Replace(" ", "", StringComparison.Ordinal)), .. new byte[] { 0x80, 0x81, 0x82 }];
        foreach (var (modality, file) in new[] { (Modalities.Dna, "x.fa.packed"), (Modalities.Text, "x.txt"), (Modalities.Text, "x.jsonl") })
        {
            var rejection = await LostAsync(modality, file, archive);
            Assert.Equal((RejectionReason.NotText, name), (rejection.Reason, rejection.Detail));
        }

        using var lake = new TestLake();
        lake.DropPictures("cat", 20, 0);
        lake.Drop("cat/x", archive);
        var image = Assert.Single(await lake.RejectionsAsync(await lake.ImportAllAsync()));
        Assert.Equal((RejectionReason.NotAnImage, name), (image.Reason, image.Detail));
    }

    private static byte[] Fasta(Random random, int count) => Archives.Text(Lines(count, i => $">r{i}\n{Letters(random, "ACGT", 60)}\n{Letters(random, "ACGT", 30)}"));

    private static async Task<Rejection> LostAsync(string modality, string name, byte[] content)
    {
        using var lake = Of(modality, window: 500);
        var random = new Random(9);
        lake.Drop("good.jsonl", Lines(40, _ => $$"""{"text": "{{(modality == Modalities.Text ? Words(random, 20) : Letters(random, "ACGT", 100))}}"}"""));
        lake.Drop(name, content);
        var dataset = await lake.ImportAllAsync();
        var rejection = Assert.Single(await lake.RejectionsAsync(dataset));
        Assert.Equal(rejection.Samples, dataset.Summary.Rejected.Values.Sum());
        Assert.Equal(rejection.Lost > 0 ? 1 : 0, dataset.Warnings!.Count(warning => warning.Code == WarningCode.CutArchive));
        return rejection;
    }
}
