using System.Text;
using Pipeline.Lake.Records;
using Xunit;

namespace Pipeline.Tests.Unit.Sequences;

public class LineReaderTests
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 300_000)]
    public void Lines_are_those_of_a_split_with_their_numbers_and_offsets(int seed, int longest)
    {
        var random = new Random(seed);
        var expected = Enumerable.Range(0, 60).Select(_ => new string((char)random.Next('a', 'z'), random.Next(longest))).ToList();
        expected[^1] = "last";
        var content = Encoding.UTF8.GetBytes(string.Join("\n", expected));
        var lines = new LineReader(new MemoryStream(content), longest);

        var offset = 0L;
        foreach (var (number, line) in expected.Index())
        {
            Assert.True(lines.Read());
            Assert.Equal((line, number + 1, offset, false),
                (Encoding.UTF8.GetString(lines.Bytes), lines.Line, lines.Offset, lines.IsTooLong));
            offset += line.Length + 1;
        }

        Assert.False(lines.Read());
    }

    [Theory]
    [InlineData("\r")]
    [InlineData("\r\n")]
    [InlineData("\n")]
    public void A_line_ends_by_the_habits_of_every_system(string end)
    {
        // The longest fills the buffer, so that an end lies across two readings.
        string[] expected = ["one", "", new string('x', (1 << 16) - 6), "last"];
        var lines = new LineReader(new MemoryStream(Encoding.UTF8.GetBytes(string.Join(end, expected))), 1 << 20);

        var offset = 0L;
        foreach (var (number, line) in expected.Index())
        {
            Assert.True(lines.Read());
            Assert.Equal((line, number + 1, offset), (Encoding.UTF8.GetString(lines.Bytes), lines.Line, lines.Offset));
            offset += line.Length + end.Length;
        }

        Assert.False(lines.Read());
    }

    [Fact]
    public void A_line_of_the_limit_is_read_whatever_its_end_and_one_byte_more_is_not()
    {
        var lines = new LineReader(new MemoryStream("12345678\r\n123456789\r\n12345678"u8.ToArray()), 8);

        Assert.True(lines.Read());
        Assert.Equal("12345678", Encoding.UTF8.GetString(lines.Bytes));
        Assert.True(lines.Read());
        Assert.True(lines.IsTooLong);
        Assert.True(lines.Read());
        Assert.Equal(("12345678", 3), (Encoding.UTF8.GetString(lines.Bytes), lines.Line));
        Assert.False(lines.Read());
    }

    [Fact]
    public void A_line_of_a_hundred_megabytes_takes_memory_for_the_limit_only()
    {
        using var stream = new Repeated((byte)'a', 100 << 20, "\nshort\n"u8.ToArray());
        var lines = new LineReader(stream, 1 << 20);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(lines.Read());
        Assert.True(lines.IsTooLong);
        Assert.True(lines.Read());
        Assert.Equal("short", Encoding.UTF8.GetString(lines.Bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    /// <summary>A byte so many times, and then an end: nothing of it lies in memory.</summary>
    internal sealed class Repeated(byte value, long count, byte[] end) : Stream
    {
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => count + end.Length;

        public override long Position
        {
            get => _at;
            set => _at = value;
        }

        public override int Read(byte[] buffer, int offset, int wanted)
        {
            var read = (int)Math.Min(wanted, Length - _at);
            for (var i = 0; i < read; i++, _at++)
                buffer[offset + i] = _at < count ? value : end[_at - count];

            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long length) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int wanted) => throw new NotSupportedException();
    }
}
