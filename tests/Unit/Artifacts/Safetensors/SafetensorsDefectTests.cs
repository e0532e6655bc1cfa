using Pipeline.Artifacts.Safetensors;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts.Safetensors;

public sealed class SafetensorsDefectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Headers before four bytes of data, and what is wrong with them.</summary>
    public static TheoryData<string, string> Headers => new()
    {
        { "", "does not start with '{'" },
        { " {}", "does not start with '{'" },
        { "[]", "does not start with '{'" },
        { "{", "is not JSON" },
        { "{} x", "is not JSON" },
        { """{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}""", "is not JSON" },
        { """{"\ud800":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "half a surrogate pair" },
        { """{"a":1}""", "'a' is not an object" },
        { """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""",
            "its header has 'a' twice" },
        { """{"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "'a' has 'dtype' twice" },
        { """{"__metadata__":[],"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "__metadata__ is not an object" },
        { """{"__metadata__":{"n":1},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "'n' of __metadata__ is not a string" },
        { """{"__metadata__":{"n":"","n":""},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "__metadata__ has 'n' twice" },
        { """{"a":{"shape":[4],"data_offsets":[0,4]}}""", "'a' has no dtype" },
        { """{"a":{"dtype":"U9","shape":[4],"data_offsets":[0,4]}}""", "unknown dtype 'U9'; it must be one of BOOL, U8" },
        { """{"a":{"dtype":"1","shape":[4],"data_offsets":[0,4]}}""", "unknown dtype '1'" },
        { """{"a":{"dtype":"U8","data_offsets":[0,4]}}""", "'a' has no shape" },
        { """{"a":{"dtype":"U8","shape":4,"data_offsets":[0,4]}}""", "'a' has no shape" },
        { """{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}""", "holds -4, which is not a whole number" },
        { """{"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}""", "holds 4.0, which is not a whole number" },
        { """{"a":{"dtype":"U8","shape":["4"],"data_offsets":[0,4]}}""", "which is not a whole number" },
        { """{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", "the shape of 'a' overflows" },
        { """{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,4]}}""", "the shape of 'a' overflows" },
        { """{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,4]}}""", "is not a whole number" },
        { """{"a":{"dtype":"U8","shape":[4]}}""", "'a' has no data_offsets" },
        { """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0]}}""", "data_offsets of 'a' are not a start and an end" },
        { """{"a":{"dtype":"U8","shape":[0],"data_offsets":[4,0]}}""", "data_offsets of 'a' are not a start and an end" },
        { """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,4]}}""", "'a' takes 4 bytes where F32 [4] needs 16" },
        { """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"stride":[1]}}""", "'a' has the unknown field 'stride'" },
        { """{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}""", "a hole before 'a'" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""",
            "a hole before 'b'" },
        { """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""",
            "an overlap with 'b'" },
        { """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "tensors take 3 bytes and its data has 4" },
        { """{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""", "tensors take 5 bytes and its data has 4" },
        { "{}", "tensors take 0 bytes and its data has 4" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_malformed_header_is_refused_for_what_it_is(string header, string defect) =>
        Refused(SafetensorsBytes.Of(header, 1, 2, 3, 4), defect);

    [Fact]
    public void A_header_that_is_not_utf8_is_refused() =>
        Refused(SafetensorsBytes.Of([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)'}']), "is not UTF-8");

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_too_short_for_a_length_is_refused(int bytes) => Refused(new byte[bytes], $"has {bytes} bytes");

    [Theory]
    [InlineData(3)]
    [InlineData(100_000_001)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void A_header_longer_than_the_file_or_the_limit_is_refused(long length) =>
        Refused([.. BitConverter.GetBytes(length), (byte)'{', (byte)'}'], $"its header has {(ulong)length} bytes");

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains(_folder["none"], Assert.Throws<PipelineException>(() => SafetensorsFile.Open(_folder["none"])).Message);

    [Fact]
    public async Task Random_damage_is_refused_or_harmless_but_never_anything_else()
    {
        using var stream = new MemoryStream();
        await SafetensorsWriter.WriteAsync(
            stream,
            [SafetensorsTensor.Of<float>("weights", [1, 2, 3, 4, 5, 6], 2, 3), SafetensorsTensor.Of<byte>("view", [1, 2, 3], 3)],
            new Dictionary<string, string> { ["shard"] = "0" },
            TestContext.Current.CancellationToken);
        var random = new Random(20240601);
        var refused = 0;
        for (var round = 0; round < 3000; round++)
        {
            var bytes = stream.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            var length = random.Next(8) == 0 ? random.Next(bytes.Length) : bytes.Length;
            await File.WriteAllBytesAsync(_folder["a"], bytes[..length], TestContext.Current.CancellationToken);
            try
            {
                using var file = SafetensorsFile.Open(_folder["a"]);
                foreach (var (name, entry) in file.Entries)
                {
                    Assert.True(entry.Type != SafetensorsType.F32 || file.Read<float>(name).ToArray().Length * 4 == entry.Bytes);
                }
            }
            catch (PipelineException error)
            {
                Assert.Single(error.Message.Split('\n'));
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 2999);
    }

    private void Refused(byte[] bytes, string defect)
    {
        File.WriteAllBytes(_folder["bad.safetensors"], bytes);

        var error = Assert.Throws<PipelineException>(() => SafetensorsFile.Open(_folder["bad.safetensors"]));
        Assert.Contains(_folder["bad.safetensors"], error.Message);
        Assert.Contains(defect, error.Message);
        Assert.Single(error.Message.Split('\n'));
    }
}
