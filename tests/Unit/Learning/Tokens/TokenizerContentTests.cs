using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Artifacts.Folder;
using Pipeline.Learning.Tokens;
using Pipeline.Tests.Unit.Artifacts;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Tokens;

public sealed class TokenizerContentTests
{
    private const string Text = "the cat sat on the mat, the end; don't they'll \"quote\" back\\slash naïve";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("wordpiece", "tokenizer.json vocab.txt")]
    [InlineData("bpe", "merges.txt tokenizer.json vocab.json")]
    [InlineData("kmer", "vocab.txt")]
    public async Task A_tokenizer_that_was_written_is_read_as_it_was(string kind, string files)
    {
        using var folder = new TemporaryFolder();
        var store = new FolderArtifactStore(folder["store"]);
        var content = kind == "kmer" ? TokenizerContent.Kmers(Alphabets.Dna, 3) : TokenizerContent.Learn(new TokenizerSpec(kind, 320), true, Enumerable.Repeat(Text, 5));
        var text = kind == "kmer" ? "ACGTNACGTACGTA" : Text;

        var reference = await TokenizerStore.WriteAsync(store, "tokenizers/a", content, new TokenizerSpec(kind, 320, 3), Token);
        var opened = await TokenizerStore.OpenAsync(store, reference, Token);

        Assert.Equal(files, string.Join(' ', reference.Files.Keys));
        Assert.Equal((content.Names.Count, new SpecialTokens()), (reference.Vocabulary, reference.Special));
        Assert.Equal(content.Open("here").Encode(text).Ids, opened.Encode(text).Ids);
        Assert.Equal(content.Names.Count, opened.Count);
    }

    [Theory]
    [InlineData("wordpiece")]
    [InlineData("bpe")]
    public void The_file_of_the_tokenizers_library_holds_the_same_vocabulary(string kind)
    {
        var content = TokenizerContent.Learn(new TokenizerSpec(kind, 320), true, Enumerable.Repeat(Text, 5));

        var file = JsonNode.Parse(content.Files()["tokenizer.json"])!;

        Assert.Equal(content.Names, file["model"]!["vocab"]!.AsObject().OrderBy(entry => (int)entry.Value!).Select(entry => entry.Key));
        Assert.Equal(SpecialTokens.Names, file["added_tokens"]!.AsArray().Select(token => (string)token!["content"]!));
        Assert.Equal(content.Merges.Select(merge => $"{merge.Left} {merge.Right}"), (file["model"]!["merges"]?.AsArray() ?? []).Select(merge => $"{merge![0]} {merge[1]}"));
    }

    [Fact]
    public void Vocabularies_of_BERT_and_RoBERTa_have_their_own_numbers()
    {
        var bert = Read("wordpiece", ("vocab.txt", "\uFEFF[PAD]\n[unused0]\n[UNK]\r\n[CLS]\n[SEP]\n[MASK]\nthe\n"));
        var roberta = TokenizerContent.Learn(new TokenizerSpec("bpe", 300), false, []);
        var names = (string[])["<s>", "<pad>", "</s>", "<unk>", .. roberta.Names.Skip(5), "<mask>"];

        Assert.Equal(new SpecialTokens(0, 2, 3, 4, 5), bert.Special);
        Assert.Equal(new SpecialTokens(1, 3, 0, 2, 260), (roberta with { Names = names }).Open("here").Special);
    }

    [Theory]
    [InlineData("wordpiece", "vocab.txt", "", "must have tokens, and has none.")]
    [InlineData("wordpiece", "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe", "lacks [MASK]; it must have [PAD], [UNK], [CLS], [SEP], [MASK], or <pad>")]
    [InlineData("wordpiece", "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\na", "has the token 'a' twice, as 5 and 6; it must have each token once.")]
    [InlineData("wordpiece", "vocab.txt", "[PAD]\n\n[UNK]", "vocab.txt, line 2: the line is empty; it must be a token.")]
    [InlineData("wordpiece", "vocab.txt", "[PAD]\na\rb", "vocab.txt, line 2: the line has a carriage return within; it must be a token.")]
    [InlineData("wordpiece", "other.txt", "a", "vocab.txt cannot be read:")]
    [InlineData("bpe", "vocab.json", "[1]", "vocab.json is no vocabulary; it must be a JSON object of numbers by token, each once:")]
    [InlineData("bpe", "vocab.json", "{\"a\": 0, \"a\": 1}", "vocab.json is no vocabulary")]
    [InlineData("bpe", "vocab.json", "{\"a\": 0, \"b\": 0}", "vocab.json numbers 'b' 0; the numbers must be 0 to 1, each once.")]
    [InlineData("bpe", "vocab.json", "{\"a\": 5}", "vocab.json numbers 'a' 5; the numbers must be 0 to 0, each once.")]
    [InlineData("bpe", "vocab.json", "{\"[PAD]\": 0, \"[UNK]\": 1, \"[CLS]\": 2, \"[SEP]\": 3, \"[MASK]\": 4}", "lacks the token 'Ā'; it must have every byte")]
    public void What_is_no_vocabulary_is_told_in_one_line(string kind, string name, string content, string message)
    {
        var error = Assert.Throws<PipelineException>(() => Read(kind, (name, content), ("merges.txt", "#version: 0.2\n")));

        Assert.Contains(message, error.Message);
        Assert.Single(error.Message.Split('\n'));
    }

    [Fact]
    public void A_line_that_is_no_merge_is_told()
    {
        var names = string.Join(", ", TokenizerContent.Learn(new TokenizerSpec("bpe", 300), false, []).Names.Select((name, number) => $"{System.Text.Json.JsonSerializer.Serialize(name)}: {number}"));

        Assert.Contains("merges.txt, line 2: this is no merge", Assert.Throws<PipelineException>(() => Read("bpe", ("vocab.json", $"{{{names}}}"), ("merges.txt", "#version: 0.2\na b c\n"))).Message);
        Assert.Contains("lacks the token 'ab'", Assert.Throws<PipelineException>(() => Read("bpe", ("vocab.json", $"{{{names}}}"), ("merges.txt", "a b\n"))).Message);
    }

    [Fact]
    public void A_file_of_other_bytes_is_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["given"]);
        File.WriteAllBytes(Path.Combine(folder["given"], "vocab.txt"), [0xFF, 0xFE, 0x00]);

        Assert.Contains("is no UTF-8", Assert.Throws<PipelineException>(() => TokenizerContent.Read("wordpiece", false, name => Path.Combine(folder["given"], name))).Message);
    }

    private static ITokenizer Read(string kind, params (string Name, string Content)[] files)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["given"]);
        foreach (var (name, content) in files)
        {
            File.WriteAllText(Path.Combine(folder["given"], name), content, new UTF8Encoding(false));
        }

        return TokenizerContent.Read(kind, false, name => Path.Combine(folder["given"], name)).Open(folder["given"]);
    }
}
