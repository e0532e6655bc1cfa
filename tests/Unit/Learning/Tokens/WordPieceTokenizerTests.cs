using Pipeline.Learning.Tokens;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Tokens;

public sealed class WordPieceTokenizerTests
{
    private static readonly IReadOnlyList<string> Names =
        [.. SpecialTokens.Names, "un", "##aff", "##able", "un##", "want", "##want", "##ed", "runn", "##ing", ",", "!", "e", "##e", "cafe", "中", "文", "#", "##s", "[", "]", "mask", "ㄱ", "is", "##tanbul"];

    [Theory]
    // Those of BERT's own tests.
    [InlineData("unwanted running", "un ##want ##ed runn ##ing")]
    [InlineData("unwantedX running", "[UNK] runn ##ing")]
    [InlineData("UNwantéd,running", "un ##want ##ed , runn ##ing")]
    [InlineData("", "")]
    [InlineData(" \t\n ", "")]
    [InlineData("un\u0000\u200Bwant\uFFFDed", "un ##want ##ed")]
    [InlineData("Café CAFE\u0301 cafe", "cafe cafe cafe")]
    [InlineData("中文e", "中 文 e")]
    [InlineData("[MASK]", "[ mask ]")]
    [InlineData("#un!!", "# un ! !")]
    [InlineData("İstanbul", "is ##tanbul")]
    public void Words_are_cut_into_the_longest_tokens_there_are(string text, string tokens)
    {
        var tokenizer = Tokenizer(lowerCase: true);

        Assert.Equal(tokens, string.Join(' ', tokenizer.Encode(text).Ids.Select(tokenizer.NameOf)));
    }

    [Fact]
    public void In_their_own_case_words_keep_case_and_accents()
    {
        var tokenizer = Tokenizer(lowerCase: false);

        Assert.Equal("[UNK] [UNK] cafe", string.Join(' ', tokenizer.Encode("Cafe café cafe").Ids.Select(tokenizer.NameOf)));
    }

    [Fact]
    public void Tokens_start_where_they_do_in_the_text_as_it_was()
    {
        var tokens = Tokenizer(lowerCase: true).Encode("  😀 UNWANTÉD\u200B, e\u0301e zz");

        Assert.Equal([2, 5, 7, 11, 14, 16, 18, 20], tokens.Starts);
        Assert.Equal([false, false, true, true, false, false, true, false], tokens.Continues);
    }

    [Fact]
    public void Words_of_more_than_a_hundred_letters_are_unknown()
    {
        var tokenizer = Tokenizer(lowerCase: true);

        Assert.Equal(100, tokenizer.Encode(new string('e', 100)).Ids.Length);
        Assert.Equal([tokenizer.Special.Unknown], tokenizer.Encode(new string('e', 101)).Ids);
    }

    [Theory]
    [InlineData("각", "\u1100\u1161\u11A8")]
    [InlineData("가", "\u1100\u1161")]
    [InlineData("ǘ", "u")]
    [InlineData("\u0301", "")]
    [InlineData("ß", "ß")]
    [InlineData("\uF941", "論")]
    public void Accents_leave_the_base(string letter, string without) =>
        Assert.Equal(without, Accents.BaseOf(letter.EnumerateRunes().Single()));

    private static ITokenizer Tokenizer(bool lowerCase) => new TokenizerContent("wordpiece", lowerCase, Names, []).Open("here");
}
