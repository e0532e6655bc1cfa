using System.Formats.Tar;
using Pipeline.Ingestion.Planning;
using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

/// <summary>Sparse members are pictures with holes of black, which are what they were only where each hole is filled.</summary>
public class SparseTarTests
{
    private const int Pieces = 40;

    [Theory]
    [InlineData("gnu")]
    [InlineData("gnu with more headers")]
    [InlineData("pax 0.0")]
    [InlineData("pax 0.1")]
    [InlineData("pax 1.0")]
    public async Task The_holes_of_a_sparse_member_are_zeros_and_those_behind_it_are_read(string kind)
    {
        var (file, map) = Holed(kind == "gnu" ? 3 : Pieces);
        using var plain = new TestLake();
        plain.DropPictures("cat", 20, 0);
        plain.Drop("cat/z.bmp", file);
        using var lake = new TestLake();
        lake.Drop("data.tar", RawArchives.Tar([.. Before(), .. Sparse(kind, "cat/z.bmp", file, map), .. After()]));

        var dataset = await lake.ImportAllAsync();

        Assert.Empty(await lake.RejectionsAsync(dataset));
        Assert.Equal(
            (await plain.SamplesAsync(await plain.ImportAllAsync())).Select(sample => (sample.Split, sample.Pixels)).Order(),
            (await lake.SamplesAsync(dataset)).Select(sample => (sample.Split, sample.Pixels)).Order());
        Assert.Equal(["cat"], dataset.Classes);
    }

    [Theory]
    [InlineData("gnu")]
    [InlineData("pax 0.0")]
    [InlineData("pax 0.1")]
    [InlineData("pax 1.0")]
    public async Task A_sparse_member_whose_map_is_wrong_is_rejected_alone(string kind)
    {
        var (file, map) = Holed(3);
        using var lake = new TestLake();
        lake.Drop("data.tar", RawArchives.Tar([.. Before(), .. Sparse(kind, "cat/z.bmp", file, [(map[1].Start, map[1].Length), map[0], map[2]]), .. After()]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(20, dataset.Summary.Samples);
        Assert.Equal([("data.tar!/cat/z.bmp", RejectionReason.Corrupt)], (await lake.RejectionsAsync(dataset)).Select(rejection => (rejection.Path, rejection.Reason)));
    }

    [Fact]
    public async Task A_hole_counts_against_the_limits()
    {
        using var lake = new TestLake { Options = new IngestionOptions { MaxFileBytes = 1 << 20 } };
        lake.Drop("data.tar", RawArchives.Tar([.. Before(), .. Sparse("pax 1.0", "cat/z.bmp", new byte[1 << 21], [(0, 100)]), .. After()]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(20, dataset.Summary.Samples);
        Assert.Equal([RejectionReason.TooLarge], (await lake.RejectionsAsync(dataset)).Select(rejection => rejection.Reason));
    }

    [Fact]
    public async Task A_hard_link_is_the_member_before_it_that_it_names()
    {
        using var lake = new TestLake();
        lake.Drop("data.tar", Archives.Tar([
            .. Enumerable.Range(0, 20).Select(i => new PaxTarEntry(TarEntryType.RegularFile, $"./a/{i}.png") { DataStream = new MemoryStream(Pictures.Png(i)) }),
            new PaxTarEntry(TarEntryType.RegularFile, "c/note.cls") { DataStream = new MemoryStream("cat"u8.ToArray()) },
            new PaxTarEntry(TarEntryType.HardLink, "a/same.png") { LinkName = "a/3.png" },
            new PaxTarEntry(TarEntryType.HardLink, "a/late.png") { LinkName = "a/later.png" },
            new PaxTarEntry(TarEntryType.HardLink, "a/4.cls") { LinkName = "./c/note.cls" },
            new PaxTarEntry(TarEntryType.RegularFile, "a/later.png") { DataStream = new MemoryStream(Pictures.Png(50)) },
        ]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal((21, 1), (dataset.Summary.Samples, dataset.Summary.Duplicates));
        Assert.Equal(["a", "cat"], dataset.Classes);
        var rejections = (await lake.RejectionsAsync(dataset)).OrderBy(rejection => rejection.Path).ToList();
        Assert.Equal([("data.tar!/a/late.png", RejectionReason.NotAFile), ("data.tar!/c/note.cls", RejectionReason.UnknownFile)], rejections.Select(rejection => (rejection.Path, rejection.Reason)));
        Assert.Equal("a hard link to 'a/later.png', which is not before it in the archive", rejections[0].Detail);
    }

    /// <summary>A picture as BMP, whose left half is black: of each row one piece.</summary>
    private static (byte[] File, (long Start, long Length)[] Map) Holed(int pieces)
    {
        var rows = pieces;
        var row = 120;
        var file = new byte[54 + (rows * row)];
        "BM"u8.CopyTo(file);
        BitConverter.TryWriteBytes(file.AsSpan(2), file.Length);
        BitConverter.TryWriteBytes(file.AsSpan(10), 54);
        BitConverter.TryWriteBytes(file.AsSpan(14), 40);
        BitConverter.TryWriteBytes(file.AsSpan(18), 40);
        BitConverter.TryWriteBytes(file.AsSpan(22), rows);
        file[26] = 1;
        file[28] = 24;
        var map = new List<(long, long)> { (0, 54) };
        for (var y = 0; y < rows; y++)
        {
            new Random(y).NextBytes(file.AsSpan(54 + (y * row) + 60, 60));
            map.Add((54 + (y * row) + 60, 60));
        }

        return (file, [.. map]);
    }

    private static IEnumerable<byte[]> Sparse(string kind, string name, byte[] file, (long Start, long Length)[] map)
    {
        byte[] packed = [.. map.SelectMany(piece => file[(int)piece.Start..(int)(piece.Start + piece.Length)])];
        if (kind.StartsWith("gnu", StringComparison.Ordinal))
        {
            var more = map.Skip(4).Chunk(21).ToList();
            yield return RawArchives.TarHeader(name, packed.Length, 'S', isGnu: true, change: header =>
            {
                Map(header, 386, map.Take(4));
                header[482] = (byte)(more.Count > 0 ? 1 : 0);
                RawArchives.Octal(header, 483, file.Length);
            });
            foreach (var (i, chunk) in more.Index())
            {
                var block = new byte[512];
                Map(block, 0, chunk);
                block[504] = (byte)(i < more.Count - 1 ? 1 : 0);
                yield return block;
            }

            yield return packed;
            yield break;
        }

        (string, string)[] records = kind switch
        {
            "pax 0.0" => [("GNU.sparse.size", $"{file.Length}"), ("GNU.sparse.numblocks", $"{map.Length}"), .. map.SelectMany(piece => new[] { ("GNU.sparse.offset", $"{piece.Start}"), ("GNU.sparse.numbytes", $"{piece.Length}") })],
            "pax 0.1" => [("GNU.sparse.size", $"{file.Length}"), ("GNU.sparse.name", name), ("GNU.sparse.map", string.Join(',', map.Select(piece => $"{piece.Start},{piece.Length}")))],
            _ => [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", name), ("GNU.sparse.realsize", $"{file.Length}")],
        };
        var pax = RawArchives.PaxRecords(records);
        var before = kind == "pax 1.0" ? Archives.Text($"{map.Length}\n{string.Concat(map.Select(piece => $"{piece.Start}\n{piece.Length}\n"))}") : [];
        byte[] content = [.. before, .. new byte[-before.Length & 511], .. packed];
        yield return RawArchives.TarHeader("PaxHeaders/x", pax.Length, 'x');
        yield return pax;
        yield return RawArchives.TarHeader(kind == "pax 0.0" ? name : "cat/GNUSparseFile.7/z.bmp", content.Length, '0');
        yield return content;
    }

    private static void Map(byte[] block, int at, IEnumerable<(long Start, long Length)> pieces)
    {
        foreach (var (i, (start, length)) in pieces.Index())
        {
            RawArchives.Octal(block, at + (24 * i), start);
            RawArchives.Octal(block, at + (24 * i) + 12, length);
        }
    }

    private static IEnumerable<byte[]> Before() => Files(0, 10);

    private static IEnumerable<byte[]> After() => Files(10, 20);

    private static IEnumerable<byte[]> Files(int first, int end) => Enumerable.Range(first, end - first).SelectMany(i => new[] { RawArchives.TarHeader($"cat/{i:d3}.png", Pictures.Png(i).Length, '0'), Pictures.Png(i) });
}
