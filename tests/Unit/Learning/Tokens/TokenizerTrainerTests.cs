using System.Text;
using Pipeline.Learning.Tokens;
using Pipeline.Statistics;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Tokens;

public sealed class TokenizerTrainerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WordPiece_joins_what_a_naive_count_after_each_step_would(ulong seed)
    {
        var lines = Lines(seed);
        var words = lines.SelectMany(line => line.Split(' ')).Where(word => word.Length > 0)
            .Select(word => word.Select((letter, place) => place == 0 ? $"{letter}" : $"##{letter}").ToList()).ToList();
        List<string> names =
        [
            .. SpecialTokens.Names,
            .. words.SelectMany(word => word).Select(piece => piece[^1..]).Distinct().Order(StringComparer.Ordinal),
            .. words.SelectMany(word => word.Skip(1)).Distinct().Order(StringComparer.Ordinal),
        ];

        NaiveMerges.Learn(words, names, 60, (left, right) => left + right[2..]);

        Assert.True(names.Count > 30);
        Assert.Equal(names, TokenizerContent.Learn(new TokenizerSpec("wordpiece", 60), false, lines).Names);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Byte_level_BPE_joins_what_a_naive_count_after_each_step_would(ulong seed)
    {
        var lines = Lines(seed);
        var words = lines.SelectMany(line => line.Split(' ').Select((word, place) => place == 0 ? word : " " + word)).Where(word => word.Length > 0)
            .Select(word => word.Select(letter => letter == ' ' ? "Ġ" : $"{letter}").ToList()).ToList();
        List<string> names = [.. SpecialTokens.Names, .. Enumerable.Range(0, 256).Select(value => $"{ByteLetters.Of[value]}").Order(StringComparer.Ordinal)];

        var merges = NaiveMerges.Learn(words, names, 300, (left, right) => left + right);

        var learned = TokenizerContent.Learn(new TokenizerSpec("bpe", 300), false, lines);
        Assert.True(merges.Count > 10);
        Assert.Equal(merges, learned.Merges);
        Assert.Equal(names, learned.Names);
    }

    [Theory]
    [InlineData("wordpiece")]
    [InlineData("bpe")]
    public void The_order_of_the_samples_changes_nothing(string kind)
    {
        var lines = Lines(4);

        var there = TokenizerContent.Learn(new TokenizerSpec(kind, 310), false, lines).Files();
        var back = TokenizerContent.Learn(new TokenizerSpec(kind, 310), false, lines.AsEnumerable().Reverse()).Files();

        Assert.All(there, file => Assert.Equal(file.Value, back[file.Key]));
    }

    [Fact]
    public void Letters_are_never_more_than_a_part_of_the_vocabulary()
    {
        // Every ideograph a word and a letter of its own, the later ones rarer.
        var line = string.Concat(Enumerable.Range(0, 500).Select(letter => string.Concat(Enumerable.Repeat((char)(0x4E00 + letter), 502 - letter))));

        var names = TokenizerContent.Learn(new TokenizerSpec("wordpiece", 400), false, [line]).Names;

        Assert.Equal([.. SpecialTokens.Names, .. Enumerable.Range(0, 100).Select(letter => $"{(char)(0x4E00 + letter)}")], names);
    }

    [Fact]
    public void A_corpus_that_spells_special_tokens_does_not_make_them_text()
    {
        var lines = Enumerable.Repeat("x[MASK] x[PAD] [[PAD]] [MASK]", 50).ToList();

        var learned = TokenizerContent.Learn(new TokenizerSpec("bpe", 400), false, lines);
        var tokenizer = learned.Open("here");

        Assert.Single(learned.Names, "[MASK]");
        Assert.Equal(lines[0], Encoding.UTF8.GetString(((ByteBpeTokenizer)tokenizer).Decode(tokenizer.Encode(lines[0]).Ids)));
        Assert.DoesNotContain(tokenizer.Encode(lines[0]).Ids, tokenizer.Special.Contains);
    }

    [Theory]
    [InlineData("wordpiece")]
    [InlineData("bpe")]
    public void Nothing_to_learn_from_leaves_letters_alone(string kind)
    {
        var tokenizer = TokenizerContent.Learn(new TokenizerSpec(kind, 300), false, ["", "  "]).Open("here");

        Assert.Equal(kind == "bpe" ? 261 : 5, tokenizer.Count);
    }

    private static List<string> Lines(ulong seed)
    {
        var random = new CounterRandom(seed, "corpus");
        var lines = new List<string>();
        for (var line = 0; line < 60; line++)
        {
            lines.Add(string.Join(' ', Enumerable.Range(0, 6).Select(_ => string.Concat(Enumerable.Range(0, 1 + random.NextInt(6)).Select(_ => "aabbbcde"[random.NextInt(8)])))));
        }

        return lines;
    }
}
