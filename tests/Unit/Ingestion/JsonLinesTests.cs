using System.Buffers;
using Pipeline.Artifacts;
using Pipeline.Ingestion.Planning.Sources;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion;

public sealed class JsonLinesTests
{
    [Fact]
    public async Task Lines_in_memory_are_those_that_a_stream_gets()
    {
        SourceItem[] items =
        [
            new("a/b.png", 12, new string('0', 64)) { Label = "cat" },
            new("Straße/雪 \"quoted\"\u2028<&>.png", long.MaxValue, null),
            new("c", 0, null) { Label = "", Rejection = RejectionReason.UnsafeName },
        ];
        var stream = new MemoryStream();
        await JsonLines.WriteAsync(stream, items, TestContext.Current.CancellationToken);
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var item in items)
        {
            JsonLines.Write(buffer, item);
        }

        Assert.Equal(stream.ToArray(), buffer.WrittenSpan.ToArray());
    }
}
