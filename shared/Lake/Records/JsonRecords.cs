using System.Text.Json;

namespace Pipeline.Lake.Records;

/// <summary>The objects of a file of JSON, one a line or the elements of one array. One is in memory at a time.</summary>
public static class JsonRecords
{
    private const string Valid = "there must be an object a line, or one array of objects";

    /// <exception cref="SequenceRejectedException">What is left of the file cannot be used.</exception>
    public static IEnumerable<JsonRecord> Read(LineReader lines) => lines.Peek() == '[' ? OfArray(lines) : OfLines(lines);

    private static IEnumerable<JsonRecord> OfLines(LineReader lines)
    {
        var isFirst = true;
        while (lines.Read())
        {
            if (!lines.IsTooLong && lines.Bytes.Trim(" \t"u8).IsEmpty)
                continue;

            if (isFirst && lines.Bytes.Trim(" \t"u8).SequenceEqual("{"u8))
                throw Malformed($"it is a JSON object over several lines; {Valid}");

            isFirst = false;
            yield return Parse(lines);
        }
    }

    private static JsonRecord Parse(LineReader lines)
    {
        var (place, number) = ($"line {lines.Line}", lines.Line);
        try
        {
            lines.Verify();
            var element = JsonElement.Parse(lines.Bytes);
            return element.ValueKind == JsonValueKind.Object ? new JsonRecord(element, place, number) : throw new JsonException();
        }
        catch (Exception error) when (error is SequenceRejectedException or JsonException)
        {
            var rejected = error as SequenceRejectedException ?? Malformed($"{place} is no JSON object; {Valid}");
            return new JsonRecord(default, place, number, rejected, lines.Bytes.ToArray());
        }
    }

    private static IEnumerable<JsonRecord> OfArray(LineReader lines)
    {
        var stream = lines.Rest();
        using var elements = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream).ToBlockingEnumerable().GetEnumerator();
        for (var number = 1; Next(number); number++)
        {
            var (element, place) = (elements.Current, $"element {number}");
            yield return element.ValueKind == JsonValueKind.Object
                ? new JsonRecord(element, place, number)
                : new JsonRecord(default, place, number, Malformed($"{place} of the array is no object; {Valid}"));
        }

        bool Next(int number)
        {
            try
            {
                return elements.MoveNext();
            }
            catch (JsonException)
            {
                // Elements lost, if they are as long as those before.
                var lost = stream is { CanSeek: true, Position: > 0 } ? number * (stream.Length - stream.Position) / stream.Position : 0;
                throw Malformed(
                    $"element {number} of the array is no JSON, or the array ends within it; what follows is not read", 1 + lost);
            }
        }
    }

    private static SequenceRejectedException Malformed(string detail, long lost = 0) => new(RejectionReason.MalformedRecord, detail, lost);
}

/// <summary>An object, or why there is none.</summary>
/// <param name="Place">For messages: <c>line 3</c>, <c>element 3</c>.</param>
/// <param name="Number">Of the line or element, from 1.</param>
/// <param name="Raw">What was read of a rejected one.</param>
public readonly record struct JsonRecord(
    JsonElement Content, string Place, int Number, SequenceRejectedException? Rejected = null, byte[]? Raw = null);
