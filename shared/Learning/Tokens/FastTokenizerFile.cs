using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Learning.Tokens;

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
                added_tokens = vocabulary.SpecialNames.Select(name => new { id = vocabulary.Numbers[name], content = name, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }).OrderBy(token => token.id),
                normalizer = bytes ? content.LowerCase ? new { type = "Lowercase" } : null : (object)new { type = "BertNormalizer", clean_text = true, handle_chinese_chars = true, strip_accents = (bool?)null, lowercase = content.LowerCase },
                pre_tokenizer = bytes ? ByteLevel() : new { type = "BertPreTokenizer" },
                post_processor = new
                {
                    type = "TemplateProcessing",
                    single = new object[] { Special(start, 0), Sequence("A", 0), Special(end, 0) },
                    pair = new object[] { Special(start, 0), Sequence("A", 0), Special(end, 0), Sequence("B", 1), Special(end, 1) },
                    special_tokens = new[] { start, end }.ToDictionary(name => name, name => new { id = name, ids = new[] { vocabulary.Numbers[name] }, tokens = new[] { name } }),
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
            : new { type = "WordPiece", unk_token = vocabulary.SpecialNames[1], continuing_subword_prefix = WordPieceTokenizer.Continuation, max_input_chars_per_word = WordPieceTokenizer.LongestWord, vocab };
    }

    private static object ByteLevel() => new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true };

    private static object Special(string id, int type_id) => new { SpecialToken = new { id, type_id } };

    private static object Sequence(string id, int type_id) => new { Sequence = new { id, type_id } };
}
