using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Ingestion;

/// <summary>An object a line.</summary>
internal static class JsonLines
{
    private static ReadOnlyMemory<byte> LineEnd { get; } = "\n"u8.ToArray();

    /// <summary>One line, behind what the buffer holds: the bytes of <see cref="WriteAsync{T}"/>.</summary>
    public static void Write<T>(IBufferWriter<byte> buffer, T item)
    {
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = PipelineJson.Compact.Encoder }))
        {
            JsonSerializer.Serialize(writer, item, PipelineJson.Compact);
        }

        buffer.Write(LineEnd.Span);
    }

    public static async Task WriteAsync<T>(Stream stream, IEnumerable<T> items, CancellationToken cancellation)
    {
        await using var buffered = new BufferedStream(stream, 1 << 16);
        foreach (var item in items)
        {
            await JsonSerializer.SerializeAsync(buffered, item, PipelineJson.Compact, cancellation);
            await buffered.WriteAsync(LineEnd, cancellation);
        }

        await buffered.FlushAsync(cancellation);
    }

    /// <summary>One in memory at a time. Disposes the stream.</summary>
    public static async IAsyncEnumerable<T> ReadAsync<T>(Stream stream, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            yield return JsonSerializer.Deserialize<T>(line, PipelineJson.Compact)!;
        }
    }
}
