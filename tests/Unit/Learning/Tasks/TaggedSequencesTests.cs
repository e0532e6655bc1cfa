using System.Text;
using Pipeline.Artifacts.Folder;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Tokens;
using Pipeline.Learning.Training;
using Pipeline.Tests.Unit.Artifacts;
using Pipeline.Tests.Unit.Learning.Tuning;
using Xunit;
using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Tasks;

[Collection(TorchTests.Name)]
public sealed class TaggedSequencesTests
{
    private const long None = LabelledSamples.NoTarget;

    private static readonly string[] Tags = ["B-LOC", "I-LOC", "O"];

    [Fact]
    public async Task A_word_answers_by_its_first_token_and_nothing_else_does()
    {
        // Pieces of two letters: Zü ri ch, is, in, CH; the ü and the é take two bytes.
        using var scope = NewDisposeScope();
        var samples = await SamplesAsync(32, Modalities.Text, [("Zürich", 0), ("is", 2), ("café", 2), ("CH", 0)], [("x", 2)]);

        var targets = samples.Targets([1, 0], CPU);

        Assert.Equal([0, 2, 2, 0, 2], samples.Truth.Labels);
        Assert.Equal([0, 4], samples.Truth.Starts!);
        Assert.Equal([2, 9], targets.shape);
        Assert.Equal(
            [None, 2, None, None, None, None, None, None, None, None, 0, None, None, 2, 2, None, 0, None],
            targets.data<long>().ToArray());
        Assert.Equal(samples.Inputs([1, 0], CPU).shape, targets.shape);
    }

    [Fact]
    public async Task The_rows_that_answer_are_those_that_have_a_target()
    {
        using var scope = NewDisposeScope();
        var samples = await SamplesAsync(32, Modalities.Text, [("Zürich", 0), ("is", 2)], [("of", 2), ("the", 1)], [("a", 0)]);

        foreach (var positions in new int[][] { [0, 1, 2], [2, 0], [1] })
        {
            var targets = samples.Targets(positions, CPU).flatten();
            var answering = samples.Answering(positions);

            Assert.Equal(positions.SelectMany(samples.Labels), answering.Select(row => (int)targets[row].item<long>()));
            Assert.Equal(answering.Length, targets.data<long>().ToArray().Count(target => target != None));
        }
    }

    [Fact]
    public async Task Words_that_are_not_tagged_or_do_not_fit_are_not_asked()
    {
        // Room for three tokens beside start and end: Zü ri ch; the second sample has nothing left to ask.
        using var scope = NewDisposeScope();
        var samples = await SamplesAsync(5, Modalities.Text, [("Zürich", 0), ("is", 2)], [("unasked", -1), ("is", 2)],
            [("a", -1), ("b", 1)]);

        Assert.Equal(2, samples.Count);
        Assert.Equal([0, 1], samples.Truth.Labels);
        Assert.Equal([None, 0, None, None, None, None, None, 1, None, None], samples.Targets([0, 1], CPU).data<long>().ToArray());
    }

    [Fact]
    public async Task Tokens_that_begin_with_the_blank_before_their_word_bear_its_tag()
    {
        using var scope = NewDisposeScope();
        var samples = await SamplesAsync(32, Modalities.Text, new WithBlanks(), [("ab", 0), ("cd", 1)]);

        Assert.Equal([None, 0, 1, None], samples.Targets([0], CPU).data<long>().ToArray());
    }

    [Fact]
    public async Task Every_base_answers()
    {
        using var data = await ToySequences.CreateAsync();
        using var reader = data.Read(Split.Validation);
        using var scope = NewDisposeScope();
        var samples = new TaggedSequences(reader, data.Manifest, new KmerTokenizer(Alphabets.Dna, 1), length: 16);

        var numbers = Enumerable.Range(40, 30).Where(ToySequences.Labelled).ToArray();

        Assert.Equal(numbers.Length, samples.Count);
        Assert.Equal(numbers.SelectMany(number => ToySequences.TagsOf(ToySequences.Text(number)).Select(tag => (int)tag)),
            samples.Truth.Labels);
    }

    private static Task<TaggedSequences> SamplesAsync(int length, string modality, params (string Word, short Tag)[][] sentences) =>
        SamplesAsync(length, modality, new InTwos(), sentences);

    private static async Task<TaggedSequences> SamplesAsync(int length, string modality, ITokenizer tokenizer,
        params (string Word, short Tag)[][] sentences)
    {
        using var folder = new TemporaryFolder();
        var store = new FolderArtifactStore(folder["store"]);
        byte[][] texts = [.. sentences.Select(words => Encoding.UTF8.GetBytes(string.Join(' ', words.Select(word => word.Word))))];
        short[] tags = [.. sentences.SelectMany(words => words.SelectMany((word, i) =>
            (i == 0 ? [] : new short[] { -1 }).Concat(Enumerable.Repeat(word.Tag, Encoding.UTF8.GetByteCount(word.Word)))))];
        long[] starts = [.. Enumerable.Range(0, texts.Length + 1).Select(sample => texts.Take(sample).Sum(text => (long)text.Length))];
        SafetensorsTensor[] tensors =
        [
            SafetensorsTensor.Of<byte>("text", texts.SelectMany(text => text).ToArray(), starts[^1]),
            SafetensorsTensor.Of<long>("start", starts, starts.Length),
            SafetensorsTensor.Of<int>("label", texts.Select(_ => -1).ToArray(), texts.Length),
            SafetensorsTensor.Of<short>("tag", tags, tags.Length),
        ];
        var put = await store.CreateAsync("samples.safetensors", (stream, token) =>
            SafetensorsWriter.WriteAsync(stream, tensors, cancellation: token));
        var dataset = new DatasetManifest
        {
            Dataset = "words",
            Modality = modality,
            Input = InputSpec.Sequence(100),
            Classes = [],
            Tags = Tags,
            ClassCounts = [],
            Shards = [new SampleShard(put.Reference, Split.Train, texts.Length)],
            Provenance = put.Reference,
            Summary = new DataSummary(1, 1, 0, new Dictionary<string, long>(), 0, 0, 0),
            Seconds = 0,
        };
        using var reader = SampleReader.Open(store, dataset, Split.Train);
        return new TaggedSequences(reader, dataset, tokenizer, length);
    }

    /// <summary>Words in pieces of two letters.</summary>
    private sealed class InTwos : ITokenizer
    {
        public int Count => 100;

        public SpecialTokens Special { get; } = new();

        public TokenSequence Encode(string text)
        {
            var starts = new List<int>();
            for (int at = 0, inWord = 0; at < text.Length; at++)
            {
                inWord = text[at] == ' ' ? 0 : inWord + 1;
                if (inWord % 2 == 1)
                    starts.Add(at);
            }

            return new TokenSequence([.. starts.Select(_ => 9)], [.. starts],
                [.. starts.Select(start => start > 0 && text[start - 1] != ' ')]);
        }

        public string NameOf(int token) => $"{token}";
    }

    /// <summary>Every word with the blank before it.</summary>
    private sealed class WithBlanks : ITokenizer
    {
        public int Count => 100;

        public SpecialTokens Special { get; } = new();

        public TokenSequence Encode(string text)
        {
            int[] starts = [0, .. Enumerable.Range(0, text.Length).Where(at => text[at] == ' ')];
            return new TokenSequence([.. starts.Select(_ => 9)], starts, new bool[starts.Length]);
        }

        public string NameOf(int token) => $"{token}";
    }
}
