using Pipeline.Artifacts.Safetensors;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts.Safetensors;

public sealed class SafetensorsRoundTripTests : IDisposable
{
    private static readonly float[] Weights = [1.5f, -2, float.NaN, float.PositiveInfinity, 0, -0f];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_type_comes_back_as_it_went_in()
    {
        using var file = await WriteAndOpenAsync(
            [
                SafetensorsTensor.Of<byte>("pixels", [1, 2, 3, 4, 5, 255], 3, 2),
                SafetensorsTensor.Of<int>("label", [int.MinValue, -1, int.MaxValue], 3),
                SafetensorsTensor.Of<long>("step", [long.MinValue]),
                SafetensorsTensor.Of<float>("weights", Weights, 1, 2, 3),
                SafetensorsTensor.Of<double>("loss", [Math.PI, double.Epsilon], 2),
                SafetensorsTensor.Of<float>("nothing", [], 0, 7),
            ],
            new Dictionary<string, string> { ["shard"] = "ä \"0\"" });

        Assert.Equal([1, 2, 3, 4, 5, 255], file.Read<byte>("pixels").ToArray());
        Assert.Equal([int.MinValue, -1, int.MaxValue], file.Read<int>("label").ToArray());
        Assert.Equal([long.MinValue], file.Read<long>("step").ToArray());
        Assert.Equal(Weights, file.Read<float>("weights").ToArray());
        Assert.Equal([Math.PI, double.Epsilon], file.Read<double>("loss").ToArray());
        Assert.True(file.Read<float>("nothing").IsEmpty);
        Assert.Empty(file.Shape("step"));
        Assert.Equal([1, 2, 3], file.Shape("weights"));
        Assert.Equal([0, 7], file.Shape("nothing"));
        Assert.Equal(new Dictionary<string, string> { ["format"] = "pt", ["shard"] = "ä \"0\"" }, file.Metadata);
    }

    [Fact]
    public async Task A_file_without_tensors_has_none()
    {
        using var file = await WriteAndOpenAsync([]);

        Assert.Empty(file.Entries);
    }

    [Fact]
    public async Task Rows_are_the_same_with_and_without_a_map()
    {
        using var file = await WriteAndOpenAsync([SafetensorsTensor.Of<byte>("a", [1, 2, 3, 4, 5, 6], 3, 2), SafetensorsTensor.Of<int>("b", [7], 1)]);
        var rows = new byte[4];

        file.ReadRows("a", 1, 2, rows);

        Assert.Equal(file.ReadRows<byte>("a", 1, 2).ToArray(), rows);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadRows("a", 1, 1, rows));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadRows("a", 2, 2, rows));
        Assert.Throws<PipelineException>(() => file.ReadRows("b", 0, 1, rows));
    }

    [Fact]
    public async Task A_tensor_in_pieces_gives_the_bytes_of_the_whole()
    {
        var whole = SafetensorsTensor.Of<byte>("a", [1, 2, 3, 4, 5, 6], 3, 2);
        var label = SafetensorsTensor.Of<int>("b", [7], 1);
        IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(params int[] lengths) =>
            lengths.Index().Select(piece => whole.Data.Slice(lengths.Take(piece.Index).Sum(), piece.Item)).ToAsyncEnumerable();

        Assert.Equal(await WriteAsync([whole, label]), await WriteAsync([whole with { Data = default, Pieces = Pieces(1, 0, 3, 2) }, label]));
        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync([whole with { Data = default, Pieces = Pieces(1, 3) }, label]));
    }

    [Fact]
    public async Task The_bytes_are_those_of_the_format()
    {
        var json = """{"__metadata__":{"format":"pt"},"b":{"dtype":"I32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[3,1],"data_offsets":[8,11]}}""";
        var header = json.PadRight(((8 + json.Length + 63) / 64 * 64) - 8);

        var written = await WriteAsync([SafetensorsTensor.Of<byte>("a", [7, 8, 9], 3, 1), SafetensorsTensor.Of<int>("b", [1, -2], 2)]);

        Assert.Equal(SafetensorsBytes.Of(header, 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 7, 8, 9), written);
    }

    [Fact]
    public void A_file_built_by_hand_is_read()
    {
        using var file = Open(SafetensorsBytes.Of(
            """{ "h":{"shape":[2],"dtype":"BF16","data_offsets":[4,8]}, "f":{"dtype":"F32","data_offsets":[0,4],"shape":[]} }  """,
            0, 0, 0xc0, 0x3f, 1, 2, 3, 4));

        Assert.Equal(1.5f, file.Read<float>("f")[0]);
        Assert.Equal(new SafetensorsEntry("h", SafetensorsType.BF16, file.Shape("h"), 4, 4), file.Entries["h"]);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public async Task Equal_tensors_give_equal_bytes_in_whatever_order()
    {
        SafetensorsTensor[] tensors =
        [
            SafetensorsTensor.Of<byte>("a", [1], 1), SafetensorsTensor.Of<float>("c", [1], 1),
            SafetensorsTensor.Of<double>("d", [1], 1), SafetensorsTensor.Of<float>("b", [1], 1),
        ];

        var one = await WriteAsync(tensors, new Dictionary<string, string> { ["x"] = "1", ["a"] = "2" });
        var other = await WriteAsync([.. tensors.Reverse()], new Dictionary<string, string> { ["a"] = "2", ["x"] = "1" });

        Assert.Equal(one, other);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(60)]
    public async Task Data_starts_at_a_multiple_of_64_bytes(int nameLength)
    {
        var written = await WriteAsync([SafetensorsTensor.Of<byte>(new string('n', nameLength), [1, 2, 3], 3)]);

        Assert.Equal(3, written.Length % 64);
        Assert.Equal((byte)'{', written[8]);
    }

    [Fact]
    public async Task Rows_are_those_along_the_first_axis()
    {
        using var file = await WriteAndOpenAsync([SafetensorsTensor.Of<int>("rows", [.. Enumerable.Range(0, 24)], 4, 3, 2)]);

        Assert.Equal(Enumerable.Range(6, 12), file.ReadRows<int>("rows", 1, 2).ToArray());
        Assert.Equal(Enumerable.Range(0, 24), file.ReadRows<int>("rows", 0, 4).ToArray());
        Assert.True(file.ReadRows<int>("rows", 4, 0).IsEmpty);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(0, 5)]
    [InlineData(4, 1)]
    [InlineData(long.MaxValue, 1)]
    public async Task Rows_beyond_the_tensor_are_refused(long first, long rows)
    {
        using var file = await WriteAndOpenAsync([SafetensorsTensor.Of<int>("rows", [1, 2, 3, 4], 4)]);

        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadRows<int>("rows", first, rows).Length);
    }

    [Fact]
    public void Rows_beyond_two_gigabytes_are_reached_in_a_file_of_holes()
    {
        const long rows = 3L << 20;
        var start = SafetensorsBytes.Of($$$"""{"big":{"dtype":"U8","shape":[{{{rows}}},1024],"data_offsets":[0,{{{rows * 1024}}}]}}""");
        var path = _folder["sparse.safetensors"];
        using (var stream = File.Create(path))
        {
            stream.Write(start);
            stream.SetLength(start.Length + (rows * 1024));
            stream.Position = stream.Length - 1024;
            stream.Write([42]);
        }

        using var file = SafetensorsFile.Open(path);

        Assert.Equal(42, file.ReadRows<byte>("big", rows - 1, 1)[0]);
        Assert.Contains("Read fewer rows", Assert.Throws<PipelineException>(() => file.Read<byte>("big").Length).Message);
    }

    [Fact]
    public async Task An_absent_tensor_or_another_type_is_named()
    {
        using var file = await WriteAndOpenAsync([SafetensorsTensor.Of<float>("weights", Weights, 6), SafetensorsTensor.Of<long>("step", [1])]);

        Assert.Contains("'bias'; it has step, weights", Assert.Throws<PipelineException>(() => file.Shape("bias")).Message);
        Assert.Contains("of type F32, not F64", Assert.Throws<PipelineException>(() => file.Read<double>("weights").Length).Message);
        Assert.Contains("has no rows", Assert.Throws<PipelineException>(() => file.ReadRows<long>("step", 0, 1).Length).Message);
    }

    [Fact]
    public async Task A_disposed_file_is_read_no_more()
    {
        var file = await WriteAndOpenAsync([SafetensorsTensor.Of<float>("weights", Weights, 6)]);
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Read<float>("weights").Length);
        Assert.Throws<ObjectDisposedException>(() => file.ReadRows<float>("weights", 0, 1).Length);
    }

    [Fact]
    public async Task The_writer_refuses_what_it_could_not_read_back()
    {
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of<int>("a", [1, 2, 3], 2));
        Assert.Throws<ArgumentException>(() => SafetensorsTensor.Of<int>("a", [1], -1, -1));
        var one = SafetensorsTensor.Of<int>("a", [1], 1);
        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync([one, one]));
        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync([one with { Name = "__metadata__" }]));
        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync([one with { Type = SafetensorsType.I64 }]));
    }

    private static async Task<byte[]> WriteAsync(IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        await SafetensorsWriter.WriteAsync(stream, tensors, metadata, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    private async Task<SafetensorsFile> WriteAndOpenAsync(IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Open(await WriteAsync(tensors, metadata));

    private SafetensorsFile Open(byte[] bytes)
    {
        File.WriteAllBytes(_folder["a.safetensors"], bytes);
        return SafetensorsFile.Open(_folder["a.safetensors"]);
    }
}
