using Pipeline.Experiments;
using Xunit;

namespace Pipeline.Tests.Unit.Experiments;

public sealed class SequenceExperimentTests
{
    [Theory]
    [InlineData("text", 500, "wordpiece", 8000, 1, 128, "word")]
    [InlineData("dna", 500, "kmer", 0, 1, 502, "span")]
    [InlineData("protein", 500, "kmer", 0, 1, 502, "token")]
    public void What_is_not_said_is_the_default_of_the_modality(string modality, int window, string kind, int vocabulary, int k, int length,
        string unit)
    {
        var experiment = Parse(modality);

        Assert.Equal((modality, InputSpec.Sequence(window)), (experiment.Modality, experiment.Input));
        Assert.Equal(new TokenizerSpec(kind, vocabulary, k, length), experiment.Tokenizer);
        Assert.Equal(new MaskingSpec(Unit: unit), experiment.Masking);
        Assert.Equal(["masked-token"], experiment.Pretext);
        Assert.Equal(new EncoderSpec("transformer", Transformer: new TransformerSpec()), experiment.Encoder);
        Assert.Equal((new AugmentationSpec(), new AugmentationSpec()),
            (experiment.Pretraining.Augmentation, experiment.FineTuning.Augmentation));
    }

    [Theory]
    [InlineData("tokenizer: { k: 3 }", 3, 169)]
    [InlineData("input: { window: 6000 }", 6, 1002)]
    [InlineData("input: { window: 60 }", 1, 62)]
    [InlineData("input: { window: 60 }\ntokenizer: { k: 7, length: 20 }", 7, 20)]
    public void Tokens_of_DNA_follow_from_the_window(string said, int k, int length) =>
        Assert.Equal(new TokenizerSpec("kmer", 0, k, length), Parse("dna", said).Tokenizer);

    [Theory]
    [InlineData("encoder: transformer", 256, 4, 4, 1024)]
    [InlineData("encoder: { size: tiny }", 128, 2, 2, 512)]
    [InlineData("encoder: { name: transformer, size: small }", 512, 4, 8, 2048)]
    [InlineData("encoder: { size: tiny, width: 64, layers: 3 }", 64, 3, 2, 256)]
    [InlineData("encoder: { feedForward: 100, heads: 8 }", 256, 4, 8, 100)]
    public void A_transformer_has_a_size_and_keys_that_go_before_it(string said, int width, int layers, int heads, int feedForward) =>
        Assert.Equal(new TransformerSpec(width, layers, heads, feedForward), Parse("text", said).Encoder.Transformer);

    [Fact]
    public void The_layout_of_BERT_brings_its_norm() =>
        Assert.Equal(new TransformerSpec(Norm: "post", Layout: "bert"), Parse("text", "encoder: { layout: bert }").Encoder.Transformer);

    [Fact]
    public void A_given_vocabulary_has_its_own_size() =>
        Assert.Equal(new TokenizerSpec("bpe", 0, 1, 128, "/models/gpt2"),
            Parse("text", "tokenizer: { kind: bpe, given: /models/gpt2 }").Tokenizer);

    [Theory]
    [InlineData("text", "input: { size: 28 }", "'input.size' is 28; must be left out: text has a window.")]
    [InlineData("text", "input: { channels: 1 }", "'input.channels' is 1; must be left out")]
    [InlineData("text", "input: { window: 7 }", "'input.window' is 7; must be a whole number from 8 to 1000000.")]
    [InlineData("dna", "input: { lowerCase: true }", "'input.lowerCase' is 'true'; must be left out: dna has no case.")]
    [InlineData("image", "input: { window: 60 }", "'input.window' is 60; must be left out: images have a size.")]
    [InlineData("image", "tokenizer: { k: 1 }", "'tokenizer' is a mapping; must be left out: images have none.")]
    [InlineData("image", "masking: { share: 0.2 }", "'masking' is a mapping; must be left out: images have none.")]
    [InlineData("text", "pretraining: { augmentation: { shift: 1 } }",
        "'pretraining.augmentation' is a mapping; must be left out: nothing changes text at random.")]
    [InlineData("text", "pseudoLabels: { ambiguity: 0.1 }", "'pseudoLabels' is a mapping; must be left out")]
    [InlineData("text", "pretext: rotation", "'pretext' is 'rotation'; must be masked-token, auto.")]
    [InlineData("dna", "pretext: contrastive", "'pretext' is 'contrastive'; must be masked-token, auto.")]
    [InlineData("text", "pretraining: { contrastive: { crop: 0.5 } }",
        "'pretraining.contrastive' is a mapping; must be left out: text has no views.")]
    [InlineData("text", "fineTuning: { labels: [6], readout: class }", "'fineTuning.readout' is 'class'; must be mean, first, ends, attention.")]
    [InlineData("image", "pretext: masked-token", "'pretext' is 'masked-token'; must be rotation, flip, rotation-flip, contrastive, auto.")]
    [InlineData("text", "tokenizer: { kind: kmer }", "'tokenizer.kind' is 'kmer'; must be wordpiece, bpe.")]
    [InlineData("dna", "tokenizer: { kind: wordpiece }", "'tokenizer.kind' is 'wordpiece'; must be kmer.")]
    [InlineData("protein", "tokenizer: { kind: bpe }", "'tokenizer.kind' is 'bpe'; must be kmer.")]
    [InlineData("text", "tokenizer: { k: 2 }", "'tokenizer.k' is 2; must be left out: only kmer has it.")]
    [InlineData("dna", "tokenizer: { vocabulary: 500 }",
        "'tokenizer.vocabulary' is 500; must be left out: it follows from k and the alphabet.")]
    [InlineData("dna", "tokenizer: { given: here }", "'tokenizer.given' is 'here'; must be left out")]
    [InlineData("text", "tokenizer: { given: here, vocabulary: 500 }",
        "'tokenizer.vocabulary' is 500; must be left out: the given one has the tokens it has.")]
    [InlineData("text", "tokenizer: { vocabulary: 100 }", "'tokenizer.vocabulary' is 100; must be a whole number from 300 to 1000000.")]
    [InlineData("protein", "tokenizer: { k: 4 }", "'tokenizer.k' is 4; must be a whole number from 1 to 3.")]
    [InlineData("dna", "tokenizer: { length: 400 }",
        "'tokenizer.length' is 400; must be at least 502: input.window 500 in pieces of 1, start and end.")]
    [InlineData("protein", "input: { window: 5000 }",
        "'input.window' is 5000; must be at most 4094, which in pieces of 1, with start and end, is 4096 tokens; or a larger tokenizer.k.")]
    [InlineData("dna", "masking: { unit: word }", "'masking.unit' is 'word'; must be token, span.")]
    [InlineData("text", "masking: { share: 1 }", "'masking.share' is 1; must be a number above 0 and below 1.")]
    [InlineData("text", "masking: { mask: 0.95 }",
        "'masking.mask' is 0.95; must be shares for mask and random that are together at most 1.")]
    [InlineData("text", "encoder: convnet", "'encoder' is 'convnet'; must be transformer.")]
    [InlineData("image", "encoder: transformer", "'encoder' is 'transformer'; must be convnet, resnet18, vit.")]
    [InlineData("image", "encoder: { heads: 2 }", "'encoder.heads' is 2; must be left out: only transformer has it.")]
    [InlineData("text", "encoder: { size: huge }", "'encoder.size' is 'huge'; must be tiny, mini, small.")]
    [InlineData("text", "encoder: { heads: 3 }", "'encoder.heads' is 3; must be a divisor of the width, 256.")]
    [InlineData("text", "encoder: { width: 130 }", "'encoder.width' is 130; must be a multiple of the heads, 4.")]
    [InlineData("text", "encoder: { width: 12, position: rotary }",
        "'encoder.position' is 'rotary'; must be learned, or rotary with an even width over heads, which is 3.")]
    [InlineData("text", "encoder: { layout: bert, norm: pre }", "'encoder.norm' is 'pre'; must be post where the layout is bert.")]
    [InlineData("text", "encoder: { layout: bert, position: rotary }",
        "'encoder.position' is 'rotary'; must be learned where the layout is bert.")]
    [InlineData("text", "encoder: { pooling: first }",
        "line 5: 'encoder.pooling' is 'first'; must be left out; fineTuning.readout takes its place, with mean, first, ends or attention.")]
    [InlineData("text", "encoder: { dropout: 1 }", "'encoder.dropout' is 1; must be a number from 0")]
    [InlineData("text", "evaluation: { metric: entity-f1 }",
        "'evaluation.metric' is 'entity-f1'; must be accuracy, macro-f1, balanced-accuracy.")]
    [InlineData("image", "fineTuning: { labels: [1], task: tagging }",
        "'fineTuning.task' is 'tagging'; must be classification: images have no places to tag.")]
    public void What_does_not_fit_the_modality_is_told_with_what_would(string modality, string said, string message)
    {
        var error = Assert.Throws<PipelineException>(() => Parse(modality, said));

        Assert.Contains(message, error.Message);
        Assert.Single(error.Message.Split('\n'));
    }

    private static Experiment Parse(string modality, string said = "")
    {
        var labels = said.Contains("fineTuning", StringComparison.Ordinal) ? "" : "fineTuning: { labels: [6] }\n";
        var pretext = modality == "image" && !said.Contains("pretext", StringComparison.Ordinal) ? "pretext: flip\n" : "";
        return ExperimentFile.Parse($"name: a\ndata: a\nmodality: {modality}\n{labels}{pretext}{said}", "a.yaml");
    }
}
