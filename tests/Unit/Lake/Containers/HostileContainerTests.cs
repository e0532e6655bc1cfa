using System.Buffers.Binary;
using System.Formats.Tar;
using Pipeline.Ingestion.Planning;
using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

public class HostileContainerTests
{
    /// <summary>Files beside the container, so that there is a dataset however little of it is left.</summary>
    private const int Loose = 20;

    private static (string Name, byte[] Content)[] Good { get; } = [.. Enumerable.Range(0, 12).Select(i => ($"{i}.png", Pictures.Png(i)))];

    [Fact]
    public async Task Names_that_lead_out_are_rejected_and_the_rest_is_used()
    {
        (string, byte[])[] bad = [("../x.png", [1]), ("/etc/x.png", [1]), ("a\\..\\x.png", [1]), ("a/../../x.png", [1]), ("a\nb.png", [1]), (new string('n', 1025), [1])];

        Assert.Equal([(RejectionReason.UnsafeName, 6)], await ReasonsAsync(Archives.Zip([.. Good, .. bad]), samples: 12));
    }

    [Fact]
    public async Task Links_and_devices_of_a_tar_are_no_files()
    {
        var tar = Archives.Tar([
            .. Good.Select(member => new PaxTarEntry(TarEntryType.RegularFile, member.Name) { DataStream = new MemoryStream(member.Content) }),
            new PaxTarEntry(TarEntryType.SymbolicLink, "link.png") { LinkName = "/etc/passwd" },
            new PaxTarEntry(TarEntryType.HardLink, "hard.png") { LinkName = "later.png" },
            new PaxTarEntry(TarEntryType.CharacterDevice, "zero.png"),
            new PaxTarEntry(TarEntryType.Fifo, "pipe.png"),
        ]);

        Assert.Equal([(RejectionReason.NotAFile, 4)], await ReasonsAsync(tar, samples: 12));
    }

    [Fact]
    public async Task The_second_of_a_name_is_rejected()
    {
        Assert.Equal([(RejectionReason.DuplicateName, 1)], await ReasonsAsync(Archives.Zip([.. Good, ("3.png", Pictures.Png(50))]), samples: 12));
        Assert.Equal([(RejectionReason.DuplicateName, 1)], await ReasonsAsync(Archives.Tar([.. Good, ("./3.png", Pictures.Png(50))]), samples: 12));
    }

    [Fact]
    public async Task An_archive_in_an_archive_in_an_archive_is_not_opened()
    {
        var inner = Archives.Zip(("x.png", Pictures.Png(99)));

        Assert.Equal([(RejectionReason.NestedArchive, 1)], await ReasonsAsync(Archives.Tar([.. Good, ("b", Archives.Zip(("c", inner)))]), samples: 12));
    }

    [Fact]
    public async Task A_bomb_is_cut_off_at_the_limit()
    {
        var options = new IngestionOptions { MaxFileBytes = 1 << 30 };
        (string, byte[])[] members = [.. Good, ("z.png", new byte[64 << 20])];

        Assert.Equal([(RejectionReason.UnpacksTooLarge, 1)], await ReasonsAsync(Archives.Zip(members), samples: 12, options));
        Assert.Equal([(RejectionReason.UnpacksTooLarge, 1)], await ReasonsAsync(Archives.Gzip(Archives.Tar(members)), samples: 12, options));
    }

    [Fact]
    public async Task A_member_beyond_the_limit_of_a_file_is_left_out_alone()
    {
        var options = new IngestionOptions { MaxFileBytes = 1 << 20 };
        (string, byte[])[] members = [("z.png", new byte[2 << 20]), .. Good];

        Assert.Equal([(RejectionReason.TooLarge, 1)], await ReasonsAsync(Archives.Zip(members), samples: 12, options));
        Assert.Equal([(RejectionReason.TooLarge, 1)], await ReasonsAsync(Archives.Tar(members), samples: 12, options));
    }

    [Fact]
    public async Task Members_beyond_the_limit_are_not_read()
    {
        var options = new IngestionOptions { MaxMembers = 12 };

        Assert.Equal([(RejectionReason.TooManyMembers, 1)], await ReasonsAsync(Archives.Zip([.. Good, ("x.png", Pictures.Png(60))]), samples: 12, options));
        Assert.Equal([(RejectionReason.TooManyMembers, 1)], await ReasonsAsync(Archives.Tar([.. Good, ("x.png", Pictures.Png(60))]), samples: 12, options));
    }

    [Theory]
    [InlineData(24, 1u)] // says fewer bytes than it has
    [InlineData(24, 100_000u)]
    [InlineData(16, 7u)] // another checksum
    [InlineData(42, 0u)] // lies where another entry does
    public async Task An_entry_of_a_zip_whose_header_lies_is_corrupt_and_the_rest_is_used(int field, uint value)
    {
        var zip = Archives.Zip(Good);
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(LastEntry(zip) + field), value);

        Assert.Equal([(RejectionReason.Corrupt, 1)], await ReasonsAsync(zip, samples: 11));
    }

    [Fact]
    public async Task An_encrypted_entry_is_told_as_such()
    {
        var zip = Archives.Zip(Good);
        zip[LastEntry(zip) + 8] |= 1;

        Assert.Equal([(RejectionReason.Encrypted, 1)], await ReasonsAsync(zip, samples: 11));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("gzip")]
    [InlineData("arrow")]
    [InlineData("stream")]
    [InlineData("parquet")]
    public async Task A_container_cut_at_every_tenth_gives_what_came_before_and_one_rejection(string kind)
    {
        byte[][] images = [.. Good.Select(member => member.Content)];
        var whole = kind switch
        {
            "zip" => Archives.Zip(Good),
            "tar" => Archives.Tar(Good),
            "gzip" => Archives.Gzip(Archives.Tar(Good)),
            "parquet" => await Archives.ParquetAsync(images, [.. Good.Select(_ => "cat")]),
            _ => Archives.Arrow(images, [.. Good.Select(_ => 1L)], kind == "arrow"),
        };
        var random = new Random(7);
        var before = 0;
        for (var tenth = 1; tenth < 10; tenth++)
        {
            using var lake = new TestLake();
            lake.DropPictures("loose", Loose, 1000);
            lake.Drop("data", whole[..((whole.Length * tenth / 10) + random.Next(-9, 9))]);
            var dataset = await lake.ImportAllAsync();
            var samples = (await lake.SamplesAsync(dataset)).Count - Loose;

            Assert.Equal([("data", RejectionReason.Corrupt)], (await lake.RejectionsAsync(dataset)).Select(rejection => (rejection.Path, rejection.Reason)));
            Assert.InRange(samples, before, Good.Length);
            before = samples;
        }

        Assert.Equal(kind is "zip" or "tar" or "gzip", before > Good.Length / 2);
    }

    private static int LastEntry(byte[] zip) => zip.AsSpan().LastIndexOf("PK\x01\x02"u8);

    private static async Task<IReadOnlyList<(RejectionReason, int)>> ReasonsAsync(byte[] container, int samples, IngestionOptions? options = null)
    {
        using var lake = new TestLake { Options = options ?? new IngestionOptions() };
        lake.DropPictures("loose", Loose, 1000);
        lake.Drop("data", container);
        var dataset = await lake.ImportAllAsync();

        Assert.Equal(samples, (await lake.SamplesAsync(dataset)).Count - Loose);
        return [.. (await lake.RejectionsAsync(dataset)).GroupBy(rejection => rejection.Reason).Select(group => (group.Key, group.Count()))];
    }
}
