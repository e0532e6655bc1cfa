using System.Text;
using Pipeline.Learning.Tokens;
using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Tokens;

public sealed class ByteBpeTokenizerTests
{
    private static readonly ByteBpeTokenizer Tokenizer = (ByteBpeTokenizer)TokenizerContent.Learn(
        new TokenizerSpec("bpe", 350), false, Enumerable.Repeat("the cat sat on the mat, the end; naïve cafés don't they'll 12 123", 20))
            .Open("here");

    [Theory]
    [InlineData("the cat", "the| cat")]
    [InlineData("don't they'll I've", "don|'t| they|'ll| I|'ve")]
    [InlineData("a  b", "a| | b")]
    [InlineData("a \n b  ", "a| \n| b|  ")]
    [InlineData("x1 22,!", "x|1| 22|,!")]
    [InlineData("'S ''s", "'|S| ''|s")]
    [InlineData("a\u00A0b", "a|\u00A0|b")]
    [InlineData("𝒜𝒷 𝟙é", "𝒜𝒷| 𝟙|é")]
    [InlineData("a𝒜 𝒷! 𝒷's", "a𝒜| 𝒷|!| 𝒷|'s")]
    [InlineData("😀' 𝟙2😀x", "😀'| 𝟙2|😀|x")]
    [InlineData(" ", " ")]
    [InlineData("", "")]
    public void Words_are_those_of_GPT_2(string text, string words)
    {
        var cut = new Gpt2PreTokenizer().PreTokenize(text);

        Assert.Equal(words, string.Join('|', cut.Select(word => text.Substring(word.Offset, word.Length))));
    }

    [Fact]
    public void A_word_of_more_than_4096_units_is_cut_between_characters()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("𝒜", 3000)) + " b";

        Assert.Equal([(0, 4095), (4095, 1906), (6001, 2)], new Gpt2PreTokenizer().PreTokenize(text));
    }

    [Fact]
    public void A_merge_given_twice_counts_where_it_stands_first()
    {
        IReadOnlyList<string> names = [.. SpecialTokens.Names, .. ByteLetters.Ordered.Select(letter => letter.ToString()), "ab", "bc"];
        var tokenizer = new TokenizerContent("bpe", false, names, [("a", "b"), ("b", "c"), ("a", "b")]).Open("here");

        Assert.Equal(["ab", "c"], tokenizer.Encode("abc").Ids.Select(tokenizer.NameOf));
    }

    [Fact]
    public void Any_text_is_its_tokens_put_together()
    {
        var random = new CounterRandom(1, "text");
        for (var round = 0; round < 300; round++)
        {
            var text = new StringBuilder();
            for (var length = random.NextInt(60); length > 0; length--)
            {
                var value = random.NextInt(4) switch
                {
                    0 => random.NextInt(0x80),
                    1 => random.NextInt(0x800),
                    2 => random.NextInt(0x10000),
                    _ => random.NextInt(0x110000)
                };
                text.Append(Rune.IsValid(value) ? new Rune(value).ToString() : "the cat ");
            }

            Assert.Equal(text.ToString(), Encoding.UTF8.GetString(Tokenizer.Decode(Tokenizer.Encode(text.ToString()).Ids)));
        }
    }

    [Fact]
    public void Pairs_are_joined_in_the_order_they_were_learned()
    {
        IReadOnlyList<string> names =
            [.. SpecialTokens.Names, .. ByteLetters.Ordered.Select(letter => letter.ToString()), "bc", "ab", "abc", "aa"];
        var tokenizer = new TokenizerContent("bpe", false, names, [("b", "c"), ("a", "b"), ("a", "bc"), ("a", "a")]).Open("here");

        Assert.Equal(["abc"], Cut("abc"));
        Assert.Equal(["ab", "ab", "a"], Cut("ababa"));
        Assert.Equal(["aa", "aa", "a"], Cut("aaaaa"));
        Assert.Equal(["aa", "abc", "ab"], Cut("aaabcab"));

        string[] Cut(string text) => [.. tokenizer.Encode(text).Ids.Select(tokenizer.NameOf)];
    }

    [Fact]
    public void A_word_without_end_is_cut_at_once()
    {
        var random = new CounterRandom(2, "text");
        var word = string.Concat(Enumerable.Range(0, 300_000).Select(_ => "thecatson"[random.NextInt(9)]));

        Assert.Equal(word, Encoding.UTF8.GetString(Tokenizer.Decode(Tokenizer.Encode(word).Ids)));
    }

    [Fact]
    public void Tokens_start_at_their_first_letter_and_words_at_their_own()
    {
        var tokens = Tokenizer.Encode("the 😀 cat");
        var (the, cat) = (tokens.Ids[0], tokens.Ids[^1]);

        Assert.Equal(("the", " cat"), (Tokenizer.NameOf(the), Tokenizer.NameOf(cat)));
        // A space and four bytes of one letter, none of them joined.
        Assert.Equal([0, 3, 4, 4, 4, 4, 7], tokens.Starts);
        Assert.Equal([false, false, true, true, true, true, false], tokens.Continues);
    }

    [Fact]
    public void In_lower_case_letters_know_where_they_came_from()
    {
        var tokens = TokenizerContent.Learn(new TokenizerSpec("bpe", 300), true, []).Open("here").Encode("İA b");

        Assert.Equal([0, 0, 0, 1, 2, 3], tokens.Starts);
    }
}
