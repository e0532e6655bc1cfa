using System.Text;
using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Ingestion.Sequences;

/// <summary>
/// An object a line: <c>text</c> or <c>sequence</c>, and <c>label</c>, text or a whole number, and <c>split</c> where there are such. Or <c>tokens</c>, which one space joins, and, where
/// wanted, <c>tags</c>, a name or null for each of them. Empty lines are skipped.
/// </summary>
internal sealed class JsonLinesText(Func<ISequenceNormalizer> normalizer) : IDocumentFormat
{
    private const string Valid = "valid is an object like {\"text\": \"…\", \"label\": \"…\"}";

    public string Name => "jsonl";

    public IEnumerable<ReadRecord> Read(LineReader lines)
    {
        var number = 0;
        while (lines.Read())
        {
            if (lines.IsTooLong || !lines.Bytes.Trim(" \t\r"u8).IsEmpty)
            {
                yield return Read(lines, number++);
            }
        }
    }

    private ReadRecord Read(LineReader lines, int number)
    {
        try
        {
            lines.Verify();
            using var json = JsonDocument.Parse(lines.Bytes.ToArray());
            return new ReadRecord(number, DocumentOf(json.RootElement, lines.Line));
        }
        catch (SequenceRejectedException rejected)
        {
            return new ReadRecord(number, null, rejected, lines.Bytes.ToArray());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return new ReadRecord(number, null, Malformed(lines.Line, $"is no JSON object; {Valid}"), lines.Bytes.ToArray());
        }
    }

    private Document DocumentOf(JsonElement record, int line)
    {
        var (label, split) = (LabelOf(record, line), SplitOf(record, line));
        if (record.TryGetProperty("tokens", out var tokens))
        {
            return Tokens(tokens, record, line) with { Label = label, Split = split };
        }

        if ((!record.TryGetProperty("text", out var text) && !record.TryGetProperty("sequence", out text)) || text.ValueKind != JsonValueKind.String)
        {
            throw Malformed(line, $"has neither text nor sequence; {Valid}");
        }

        return new Document(Normalized(text.GetString()!, line), label, split);
    }

    private Document Tokens(JsonElement tokens, JsonElement record, int line)
    {
        var words = Texts(tokens, "tokens", line);
        var names = record.TryGetProperty("tags", out var tags) ? Texts(tags, "tags", line) : null;
        if (words.Contains(null))
        {
            throw Malformed(line, "has a token that is null; valid are texts");
        }

        if (names is not null && names.Count != words.Count)
        {
            throw Malformed(line, $"has {words.Count} tokens and {names.Count} tags; valid is a tag for each token");
        }

        var text = new StringBuilder();
        var ofLetters = new List<string?>();
        foreach (var (at, word) in words.Index())
        {
            var normalized = Normalized(word!, line);
            if (normalized.Length == 0)
            {
                continue;
            }

            if (text.Length > 0)
            {
                text.Append(' ');
                ofLetters.Add(null);
            }

            text.Append(normalized);
            ofLetters.AddRange(Enumerable.Repeat(names?[at], normalized.Length));
        }

        return new Document(text.ToString(), Tags: names is null ? null : [.. ofLetters]);
    }

    private string Normalized(string text, int line)
    {
        var sequence = normalizer();
        sequence.Append(Encoding.UTF8.GetBytes(text), line);
        return sequence.Finish();
    }

    private static string? LabelOf(JsonElement record, int line) => !record.TryGetProperty("label", out var label) ? null : label.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String when label.GetString()!.Trim() is { Length: > 0 } name => name,
        JsonValueKind.String => null,
        JsonValueKind.Number when label.TryGetInt64(out var number) => $"{number}",
        _ => throw Malformed(line, "has a label that is neither text nor a whole number"),
    };

    private static Split? SplitOf(JsonElement record, int line) => !record.TryGetProperty("split", out var split) || split.ValueKind == JsonValueKind.Null ? null
        : RecordSplit.Of(split.ValueKind == JsonValueKind.String ? split.GetString()! : split.GetRawText(), $"line {line}");

    private static List<string?> Texts(JsonElement list, string name, int line) =>
        list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Null)
            ? [.. list.EnumerateArray().Select(item => item.GetString())]
            : throw Malformed(line, $"has {name} that are no list of texts");

    private static SequenceRejectedException Malformed(int line, string how) => new(RejectionReason.MalformedRecord, $"line {line} {how}");
}
