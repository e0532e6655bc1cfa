using Pipeline.Ingestion.Committing;
using Pipeline.Ingestion.Planning;
using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

/// <summary>What is lost with the end of a container counts as many samples, not as one file.</summary>
public class CutContainerTests
{
    private static (string Name, byte[] Content)[] Members { get; } =
        [.. Enumerable.Range(0, 100).Select(i => ($"cat/{i:d3}.png", Pictures.Png(i)))];

    [Fact]
    public async Task A_zip_whose_directory_breaks_off_says_how_many_entries_are_left()
    {
        var zip = Archives.Zip(Members);
        zip[SignatureOf(zip, 60)] = 0;

        var (dataset, rejection) = await ImportAsync(zip);

        Assert.Equal((RejectionReason.Corrupt, 40), (rejection.Reason, rejection.Lost));
        Assert.Contains("after 60 members", rejection.Detail);
        Assert.EndsWith("40 members are lost", rejection.Detail);
        Assert.Equal(40, dataset.Summary.Rejected["corrupt"]);
        var warning = Assert.Single(dataset.Warnings!, warning => warning.Code == WarningCode.CutArchive);
        Assert.Equal(40, warning.Count);
        Assert.StartsWith("data is cut short, damaged or beyond the limits, and about 40 samples are lost", warning.Message);
    }

    [Fact]
    public async Task A_parquet_file_with_a_damaged_row_group_says_how_many_rows_are_left()
    {
        var table = await Archives.ParquetAsync([.. Members.Select(member => member.Content)], [.. Members.Select(_ => "cat")],
            Parquet.CompressionMethod.None);
        // The header of the second group's first page.
        table.AsSpan(table.AsSpan().IndexOf(Members[50].Content) - 40, 40).Fill(0xFF);

        var (_, rejection) = await ImportAsync(table);

        Assert.Equal(50, rejection.Lost);
        Assert.EndsWith("50 members are lost", rejection.Detail);
    }

    [Theory]
    [InlineData("tar")]
    [InlineData("gzip tar")]
    [InlineData("zip without a directory")]
    [InlineData("arrow")]
    public async Task Where_nothing_tells_the_bytes_that_are_left_do(string kind)
    {
        var container = kind switch
        {
            "tar" => Archives.Tar(Members),
            "gzip tar" => Archives.Gzip(Archives.Tar(Members)),
            "arrow" => Batches(),
            _ => Archives.Zip(Members)[..^30],
        };
        var half = container.Length / 2;
        if (kind == "zip without a directory")
            half = container.AsSpan(half).IndexOf("PK\x03\x04"u8) + half;

        container.AsSpan(half, 600).Fill(0x5A);

        var (dataset, rejection) = await ImportAsync(container);

        Assert.InRange(rejection.Lost, 35, 65);
        Assert.EndsWith($"about {rejection.Lost} members are lost", rejection.Detail);
        // Beside the picture that was damaged.
        Assert.InRange(dataset.Summary.Rejected["corrupt"], rejection.Lost, rejection.Lost + 2);
    }

    [Fact]
    public async Task Of_what_ends_too_early_it_is_told_that_more_may_be_lost()
    {
        var (tar, zip) = (Archives.Tar(Members), Archives.Zip(Members));

        Assert.EndsWith("; at least about 1 member is lost", (await ImportAsync(tar[..(tar.Length / 2)])).Rejection.Detail);
        Assert.EndsWith("; at least about 1 member is lost", (await ImportAsync(zip[..(zip.Length / 2)])).Rejection.Detail);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("parquet")]
    public async Task Where_nothing_could_be_read_the_other_samples_tell_by_their_bytes(string kind)
    {
        var container = kind switch
        {
            "zip" => Archives.Zip(Members)[..^30],
            "tar" => Archives.Tar(Members),
            _ => (await Archives.ParquetAsync([.. Members.Select(member => member.Content)], [.. Members.Select(_ => "cat")],
                Parquet.CompressionMethod.None))[..^4],
        };
        if (kind != "parquet")
            container.AsSpan(kind == "tar" ? 512 : 30, 1200).Fill(0xFE);

        var (_, rejection) = await ImportAsync(container);

        Assert.InRange(rejection.Lost, 70, kind == "tar" ? 350 : 150);
    }

    [Fact]
    public async Task A_limit_counts_what_is_behind_it()
    {
        var options = new IngestionOptions { MaxMembers = 60 };

        Assert.Equal(40, (await ImportAsync(Archives.Zip(Members), options)).Rejection.Lost);
        Assert.Equal(40, (await ImportAsync(await Archives.ParquetAsync([.. Members.Select(member => member.Content)],
            [.. Members.Select(_ => "cat")]), options)).Rejection.Lost);
        Assert.InRange((await ImportAsync(Archives.Tar(Members), options)).Rejection.Lost, 37, 43);
    }

    [Fact]
    public async Task Lost_samples_count_against_the_share_that_may_be_rejected()
    {
        using var lake = new TestLake();
        lake.DropPictures("dog", 20, 1000);
        var zip = Archives.Zip(Members);
        zip[SignatureOf(zip, 60)] = 0;
        lake.Drop("data", zip);

        var dataset = await lake.ImportAllAsync();
        var error = await Assert.ThrowsAsync<PipelineException>(() => RejectedShare.VerifyAsync(lake.Store, dataset, 0.2));

        Assert.Contains("Of the 120 files of the dataset 'pictures' 40 were rejected (33.3 %): 40 corrupt", error.Message);
        await RejectedShare.VerifyAsync(lake.Store, dataset, 0.34);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("gzip tar")]
    public async Task Members_without_a_byte_are_each_rejected_as_empty(string kind)
    {
        (string, byte[])[] members = [.. Enumerable.Range(0, 9).Select(i => ($"cat/{i}.png", System.Array.Empty<byte>()))];
        using var lake = new TestLake { Options = new IngestionOptions { ChunkItems = 7 } };
        lake.DropPictures("dog", 20, 0);
        lake.Drop("z/data", kind switch
        {
            "zip" => Archives.Zip(members),
            "tar" => Archives.Tar(members),
            _ =>
            Archives.Gzip(Archives.Tar(members))
        });

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(20, dataset.Summary.Samples);
        Assert.Equal(Enumerable.Repeat(RejectionReason.Empty, 9), (await lake.RejectionsAsync(dataset))
            .Select(rejection => rejection.Reason));
    }

    [Fact]
    public async Task A_tar_gz_with_zeros_behind_it_is_whole()
    {
        using var lake = new TestLake();
        lake.Drop("data.tar.gz", [.. Archives.Gzip(Archives.Tar(Members)), .. new byte[10_240]]);

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(100, dataset.Summary.Samples);
        Assert.Empty(await lake.RejectionsAsync(dataset));
    }

    private static byte[] Batches()
    {
        var buffer = new MemoryStream();
        Apache.Arrow.Ipc.ArrowStreamWriter? writer = null;
        foreach (var ten in Members.Chunk(10))
        {
            var batch = new Apache.Arrow.RecordBatch.Builder()
                .Append("img", false, new Apache.Arrow.BinaryArray.Builder().AppendRange(ten.Select(member => member.Content)).Build())
                .Build();
            writer ??= new Apache.Arrow.Ipc.ArrowStreamWriter(buffer, batch.Schema, leaveOpen: true);
            writer.WriteRecordBatch(batch);
        }

        writer!.WriteEnd();
        writer.Dispose();
        return buffer.ToArray();
    }

    private static int SignatureOf(byte[] zip, int entry)
    {
        var at = zip.AsSpan().IndexOf("PK\x01\x02"u8);
        for (var i = 0; i < entry; i++)
            at += 4 + zip.AsSpan(at + 4).IndexOf("PK\x01\x02"u8);

        return at;
    }

    private static async Task<(DatasetManifest Dataset, Rejection Rejection)> ImportAsync(byte[] container,
        IngestionOptions? options = null)
    {
        using var lake = new TestLake { Options = options ?? new IngestionOptions() };
        lake.DropPictures("dog", 20, 1000);
        lake.Drop("data", container);
        var dataset = await lake.ImportAllAsync();
        return (dataset, Assert.Single(await lake.RejectionsAsync(dataset), rejection => rejection.Path == "data"));
    }
}
