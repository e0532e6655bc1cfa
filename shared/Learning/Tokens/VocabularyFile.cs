using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Learning.Tokens;

/// <summary>Reads the files of a vocabulary that somebody else may have made.</summary>
internal static class VocabularyFile
{
    /// <summary>A vocabulary of a million tokens takes a tenth.</summary>
    private const long MostBytes = 256 << 20;

    /// <exception cref="PipelineException">It cannot be read, is no UTF-8 or too large.</exception>
    public static string Read(string path)
    {
        try
        {
            var bytes = new FileInfo(path).Length;
            return bytes <= MostBytes
                ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path))
                : throw new PipelineException($"The vocabulary file {path} has {bytes} bytes; it must have at most {MostBytes}.");
        }
        catch (DecoderFallbackException error)
        {
            throw new PipelineException($"The vocabulary file {path} is no UTF-8: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException($"The vocabulary file {path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>A token a line, in the order of their numbers; a byte order mark is none.</summary>
    public static IReadOnlyList<string> Lines(string text, string path)
    {
        string[] lines = [.. text.TrimStart('\uFEFF').TrimEnd('\n', '\r').Split('\n').Select(line => line.TrimEnd('\r'))];
        return lines is [""] ? [] : Array.FindIndex(lines, line => line is "" || line.Contains('\r')) is >= 0 and var wrong
            ? throw new PipelineException(
                $"{path}, line {wrong + 1}: the line {(lines[wrong] is "" ? "is empty" : "has a carriage return within")}; "
                + "it must be a token.")
            : lines;
    }

    /// <summary>An object of numbers by token.</summary>
    public static IReadOnlyList<string> Json(string text, string path)
    {
        Dictionary<string, int> numbers;
        try
        {
            numbers = JsonSerializer.Deserialize<Dictionary<string, int>>(text, Strict) ?? throw new JsonException("It is null.");
        }
        catch (JsonException error)
        {
            throw new PipelineException(
                $"{path} is no vocabulary; it must be a JSON object of numbers by token, each once: {error.Message}", error);
        }

        var names = new string?[numbers.Count];
        foreach (var (name, number) in numbers)
        {
            if (number < 0 || number >= names.Length || names[number] is not null)
                throw new PipelineException($"{path} numbers '{name}' {number}; the numbers must be 0 to {names.Length - 1}, each once.");

            names[number] = name;
        }

        return names!;
    }

    /// <summary>A pair a line, in the order they are joined; comments begin with <c>#version</c>.</summary>
    public static IReadOnlyList<(string Left, string Right)> Merges(string text, string path)
    {
        var merges = new List<(string Left, string Right)>();
        foreach (var (number, line) in text.Split('\n').Index())
        {
            var pair = line.TrimEnd('\r').Split(' ');
            if (pair is [""] || line.StartsWith("#version", StringComparison.Ordinal))
                continue;

            merges.Add(pair is [{ Length: > 0 } left, { Length: > 0 } right]
                ? (left, right)
                : throw new PipelineException($"{path}, line {number + 1}: this is no merge; it must be two tokens with a space between."));
        }

        return merges;
    }

    private static readonly JsonSerializerOptions Strict = new() { AllowDuplicateProperties = false };
}

/// <summary><c>tokenizer.json</c>, which Hugging Face's tokenizers library opens: normalisation, words, tokens, start and end.</summary>
internal static class FastTokenizerFile
{
    internal static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(TokenizerContent content, TokenVocabulary vocabulary)
    {
        var (start, end) = (vocabulary.SpecialNames[2], vocabulary.SpecialNames[3]);
        var bytes = content.Kind == TokenizerKinds.Bpe;
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                version = "1.0",
                truncation = (object?)null,
                padding = (object?)null,
                added_tokens = vocabulary.SpecialNames.Select(name => new
                {
                    id = vocabulary.Numbers[name],
                    content = name,
                    single_word = false,
                    lstrip = false,
                    rstrip = false,
                    normalized = false,
                    special = true,
                }).OrderBy(token => token.id),
                normalizer = bytes
                    ? content.LowerCase ? new { type = "Lowercase" } : null
                    : (object)new
                    {
                        type = "BertNormalizer",
                        clean_text = true,
                        handle_chinese_chars = true,
                        strip_accents = (bool?)null,
                        lowercase = content.LowerCase,
                    },
                pre_tokenizer = bytes ? ByteLevel() : new { type = "BertPreTokenizer" },
                post_processor = new
                {
                    type = "TemplateProcessing",
                    single = new object[] { Special(start, 0), Sequence("A", 0), Special(end, 0) },
                    pair = new object[] { Special(start, 0), Sequence("A", 0), Special(end, 0), Sequence("B", 1), Special(end, 1) },
                    special_tokens = new[] { start, end }.ToDictionary(
                        name => name, name => new { id = name, ids = new[] { vocabulary.Numbers[name] }, tokens = new[] { name } }),
                },
                decoder = bytes ? ByteLevel() : new { type = "WordPiece", prefix = WordPieceTokenizer.Continuation, cleanup = true },
                model = Model(content, vocabulary),
            },
            Readable);
    }

    private static object Model(TokenizerContent content, TokenVocabulary vocabulary)
    {
        var vocab = content.Names.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return content.Kind == TokenizerKinds.Bpe
            ? new
            {
                type = "BPE",
                dropout = (double?)null,
                unk_token = (string?)null,
                continuing_subword_prefix = (string?)null,
                end_of_word_suffix = (string?)null,
                fuse_unk = false,
                byte_fallback = false,
                ignore_merges = false,
                vocab,
                merges = content.Merges.Select(merge => new[] { merge.Left, merge.Right }),
            }
            : new
            {
                type = "WordPiece",
                unk_token = vocabulary.SpecialNames[1],
                continuing_subword_prefix = WordPieceTokenizer.Continuation,
                max_input_chars_per_word = WordPieceTokenizer.LongestWord,
                vocab,
            };
    }

    private static object ByteLevel() => new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true };

    private static object Special(string id, int type_id) => new { SpecialToken = new { id, type_id } };

    private static object Sequence(string id, int type_id) => new { Sequence = new { id, type_id } };
}
