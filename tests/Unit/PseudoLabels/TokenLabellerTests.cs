using System.Security.Cryptography;
using System.Text;
using Pipeline.Artifacts;
using Pipeline.Artifacts.Safetensors;
using Pipeline.Experiments;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tokens;
using Pipeline.PseudoLabels;
using Pipeline.Tests.Unit.Learning;
using Pipeline.Tests.Unit.Learning.Training;
using Xunit;

namespace Pipeline.Tests.Unit.PseudoLabels;

[Collection(TorchTests.Name)]
public sealed class TokenLabellerTests
{
    private static readonly string[] Training =
        ["the cat sat on the mat", "the dog sat on the cat", "...", "dogs and cats and mats", "", "  "];

    private static readonly string[] Validation = ["a cat and a dog", "the end of the long text that does not fit in twelve tokens"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_has_the_tokens_of_each_sample_and_what_the_first_epoch_masks()
    {
        using var data = await CreateAsync();
        var experiment = ToyTexts.Experiment;
        var manifest = await data.LabelAsync(experiment);
        var tokenizer = await TokenizerStore.OpenAsync(data.Store, manifest.Tokenizer!, Token);
        var draw = new MaskDraw(experiment.Masking!, tokenizer.Special, tokenizer.Count);

        Assert.Equal(("masked-token", tokenizer.Count, experiment.Masking, data.Reference),
            (manifest.Task, manifest.Classes, manifest.Masking, manifest.Dataset));
        Assert.Equal([(4, 2), (2, 0)], manifest.Shards.Select(shard => (shard.Samples, shard.Ambiguous)));
        Assert.True(manifest.Truncated > 0);
        var tokens = 0L;
        foreach (var (texts, shard) in new[] { Training, Validation }.Zip(manifest.Shards))
        {
            using var file = SafetensorsFile.Open(await data.Store.MaterializeAsync(shard.File, Token));
            var (rows, starts, masks) = (file.Read<int>("sample").ToArray(), file.Read<long>("start").ToArray(), file.Read<long>("mask")
                .ToArray());
            Assert.Equal(texts.Index().Where(text => text.Item.Trim().Length > 0).Select(text => text.Index), rows);
            foreach (var (place, row) in rows.Index())
            {
                var whole = tokenizer.Encode(texts[row]);
                var length = Math.Min(10, whole.Ids.Length);
                var expected = draw.Draw(whole.Ids.AsSpan(0, length), whole.Continues.AsSpan(0, length), experiment.Pretraining.Seed, 0,
                    MaskDraw.SampleNumber(SHA256.HashData(Encoding.UTF8.GetBytes(texts[row]))));

                Assert.Equal(whole.Ids[..length], file.ReadRows<int>("token", starts[place], starts[place + 1] - starts[place]).ToArray());
                Assert.Equal(whole.Continues[..length].Select(goesOn => goesOn ? (byte)1 : (byte)0),
                    file.ReadRows<byte>("continues", starts[place], length).ToArray());
                var count = masks[place + 1] - masks[place];
                Assert.Equal(expected.Positions, file.ReadRows<int>("position", masks[place], count).ToArray());
                Assert.Equal(expected.Inputs, file.ReadRows<int>("input", masks[place], count).ToArray());
                Assert.Equal(expected.Targets, file.ReadRows<int>("target", masks[place], count).ToArray());
            }

            tokens += starts[^1];
        }

        Assert.Equal(tokens, manifest.Tokens);
    }

    [Fact]
    public async Task The_tokenizer_is_learned_on_the_training_split_alone()
    {
        using var data = await CreateAsync();
        await data.Store.DeleteAsync(data.Manifest.Shards[1].File.Key, Token);
        using var maker = new TokenizerMaker(data.Store);

        var (reference, tokenizer) = await maker.MakeAsync(data.Manifest, ToyTexts.Experiment.Tokenizer!, Token);

        Assert.Equal(TokenizerContent.Learn(ToyTexts.Experiment.Tokenizer!, false, Training).Names, Enumerable.Range(0, tokenizer.Count)
            .Select(tokenizer.NameOf));
        Assert.Equal(tokenizer.Count, reference.Vocabulary);
    }

    [Fact]
    public async Task A_tokenizer_that_is_there_is_used_by_every_maker_without_the_samples()
    {
        using var data = await CreateAsync();
        using var one = new TokenizerMaker(data.Store);
        using var other = new TokenizerMaker(data.Store);
        var made = await Task.WhenAll(new[] { one, other, one }.Select(maker =>
            maker.MakeAsync(data.Manifest, ToyTexts.Experiment.Tokenizer!, Token)));
        foreach (var shard in data.Manifest.Shards)
            await data.Store.DeleteAsync(shard.File.Key, Token);

        var again = await other.MakeAsync(data.Manifest with { Dataset = "renamed" }, ToyTexts.Experiment.Tokenizer!, Token);

        Assert.All(made, maker => Assert.Equal(again.Reference.Files, maker.Reference.Files));
        await Assert.ThrowsAnyAsync<Exception>(() => other.MakeAsync(data.Manifest, new TokenizerSpec(Vocabulary: 70), Token));
    }

    [Fact]
    public async Task Labels_that_were_half_made_end_as_those_made_at_once()
    {
        using var undisturbed = await CreateAsync();
        using var disturbed = await CreateAsync();
        var expected = await undisturbed.LabelAsync(ToyTexts.Experiment);

        // The tokenizer's first file is there and nothing else; then one shard of two.
        var vocabulary = expected.Tokenizer!.Files["vocab.txt"];
        await using (var content = await undisturbed.Store.OpenReadAsync(vocabulary.Key, Token))
            await disturbed.Store.CreateAsync(vocabulary.Key, content.CopyToAsync, Token);

        using (var labeller = new ShardLabeller(disturbed.Store))
            Assert.False(await labeller.LabelAsync(disturbed.Reference, disturbed.Manifest, ToyTexts.Experiment, "masked-token", 1, Token));

        var manifest = await disturbed.LabelAsync(ToyTexts.Experiment);
        Assert.Equal(expected.Shards, manifest.Shards);
        Assert.Equal(expected.Tokenizer!.Files, manifest.Tokenizer!.Files);
        Assert.Equal((expected.Tokens, expected.Truncated, expected.Samples), (manifest.Tokens, manifest.Truncated, manifest.Samples));
    }

    [Fact]
    public async Task Each_of_several_pretraining_seeds_has_the_labels_of_that_seed_alone()
    {
        using var data = await CreateAsync();
        var experiment = ToyTexts.Experiment with { Pretraining = new PretrainingSpec { Seeds = [1, 2] } };
        var run = new RunReference("toy-000000000000", data.Reference, data.Reference);
        using var labeller = new ShardLabeller(data.Store);
        await data.LabelAsync(ToyTexts.Experiment with { Pretraining = new PretrainingSpec { Seed = 2 } });
        Assert.Null(await labeller.FindReadyAsync(run, experiment, null, Token));
        await data.LabelAsync(ToyTexts.Experiment);

        var ready = (await labeller.FindReadyAsync(run, experiment, null, Token))!;
        var alone = await labeller.FindReadyAsync(run, ToyTexts.Experiment, null, Token);

        Assert.Equal([1UL, 2UL], ShardLabeller.BySeed(experiment).Select(seeded => seeded.Experiment.Pretraining.Seed));
        Assert.Equal(2, ready.BySeed!.SelectMany(labels => labels).Distinct().Count());
        Assert.Equal((ready.PseudoLabels[0], ready.BySeed![0][0]), (alone!.PseudoLabels[0], alone.PseudoLabels[0]));
        Assert.Null(alone.BySeed);
    }

    [Fact]
    public async Task Other_settings_have_other_labels()
    {
        using var data = await CreateAsync();
        var experiment = ToyTexts.Experiment;
        Experiment[] others =
        [
            experiment with { Masking = new MaskingSpec(Share: 0.3) },
            experiment with { Pretraining = new PretrainingSpec { Seed = 2 } },
            experiment with { Tokenizer = experiment.Tokenizer! with { Length = 11 } },
            experiment with { Tokenizer = experiment.Tokenizer! with { Vocabulary = 61 } },
        ];

        var roots = others.Append(experiment).Select(other => ShardLabeller.Root(data.Reference, "masked-token", other)).ToList();
        Assert.Equal(5, roots.Distinct().Count());
        var keys = new List<string>();
        foreach (var other in others.Append(experiment))
            keys.Add((await data.LabelAsync(other)).Shards[0].File.Key);

        // A vocabulary that was full before has the same tokens with room for one more, or not: the files tell.
        Assert.True(keys.Distinct().Count() >= 4);
    }

    [Theory]
    [InlineData("dna", "ACGTN", 1, 9)]
    [InlineData("dna", "ACGTN", 2, 25)]
    [InlineData("protein", "ACDXU", 1, 27)]
    public async Task DNA_and_protein_are_cut_into_pieces_of_their_alphabet(string modality, string text, int k, int vocabulary)
    {
        using var data = await ToyTexts.CreateAsync(modality, (Split.Train, [text, "NNN"]));
        var experiment = ToyTexts.Experiment
            with
        { Modality = modality, Tokenizer = new TokenizerSpec("kmer", 0, k, 20), Masking = new MaskingSpec() };

        var manifest = await data.LabelAsync(experiment);

        Assert.Equal((vocabulary, vocabulary), (manifest.Classes, manifest.Tokenizer!.Vocabulary));
        Assert.Equal(modality == "dna" ? (1, 1) : (2, 0), (manifest.Samples, manifest.Ambiguous));
    }

    [Fact]
    public async Task A_given_vocabulary_is_used_with_its_own_numbers()
    {
        using var data = await CreateAsync();
        var given = data.Folder("given");
        await File.WriteAllTextAsync(Path.Combine(given, "vocab.txt"), "the\n[PAD]\n[MASK]\n[UNK]\n[CLS]\n[SEP]\ncat\n", Token);
        var experiment = ToyTexts.Experiment with { Tokenizer = new TokenizerSpec("wordpiece", 0, Length: 12, Given: given) };

        var manifest = await data.LabelAsync(experiment);

        Assert.Equal(new SpecialTokens(1, 3, 4, 5, 2), manifest.Tokenizer!.Special);
        // Of "dogs and cats and mats" and of "..." it knows nothing.
        Assert.Equal([(2, 4), (2, 0)], manifest.Shards.Select(shard => (shard.Samples, shard.Ambiguous)));

        await File.AppendAllTextAsync(Path.Combine(given, "vocab.txt"), "mats\n", Token);
        Assert.Equal(3, (await data.LabelAsync(experiment)).Shards[0].Samples);
    }

    [Theory]
    [InlineData("nowhere", "There is no folder")]
    [InlineData("empty", "has no vocab.txt that can be read")]
    [InlineData("other", "lacks [CLS], [SEP], [MASK]")]
    public async Task A_given_vocabulary_that_cannot_be_used_is_told(string name, string message)
    {
        using var data = await CreateAsync();
        data.Folder("empty");
        await File.WriteAllTextAsync(Path.Combine(data.Folder("other"), "vocab.txt"), "[PAD]\n[UNK]\n", Token);
        var given = Path.Combine(Path.GetDirectoryName(data.Folder("empty"))!, name);

        var error = await Assert.ThrowsAsync<PipelineException>(() =>
            data.LabelAsync(ToyTexts.Experiment with { Tokenizer = new TokenizerSpec("wordpiece", 0, Given: given) }));

        Assert.Contains(message, error.Message);
        Assert.Contains(given, error.Message);
    }

    [Fact]
    public async Task Data_without_a_token_to_mask_is_refused()
    {
        using var data = await ToyTexts.CreateAsync("dna", (Split.Train, ["NNN", "NN"]), (Split.Validation, ["ACGT"]));
        var experiment = ToyTexts.Experiment
            with
        { Modality = "dna", Tokenizer = new TokenizerSpec("kmer", 0, 1, 20), Masking = new MaskingSpec() };

        var error = await Assert.ThrowsAsync<PipelineException>(() => data.LabelAsync(experiment));

        Assert.Contains("All 2 samples are left out of 'masked-token'", error.Message);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("masked-token")]
    public async Task A_run_over_sequences_masks_tokens_and_has_a_pre_flight(string pretext)
    {
        using var data = await CreateAsync();
        using var device = new TorchDevice(LoadedTorch.Options);
        using var maker = new PreFlightMaker(data.Store, device);
        var experiment = ToyTexts.Experiment with { Pretext = [pretext], Tokenizer = new TokenizerSpec(Vocabulary: 300, Length: 12) };
        var stored = await ExperimentArtifact.PutAsync(data.Store, experiment, Token);

        var (resolved, reference) = await new RunPretext(data.Store, maker)
            .ResolveAsync(new RunReference("run", stored, data.Reference), data.Manifest, Token);

        Assert.Equal(["masked-token"], resolved.Pretext);
        var preFlight = await data.Store.ReadManifestAsync<PreFlight>(reference, Token);
        Assert.Equal((Training.Length, "masked-token"), (preFlight.Samples, preFlight.Tasks.Single().Task));
        Assert.InRange(preFlight.Tasks[0].Chance, 0.01, 0.5);
    }

    [Fact]
    public async Task An_experiment_of_another_modality_than_the_data_is_refused()
    {
        using var data = await CreateAsync();
        using var device = new TorchDevice(LoadedTorch.Options);
        using var maker = new PreFlightMaker(data.Store, device);
        var stored = await ExperimentArtifact.PutAsync(data.Store, ToyDataset.Experiment, Token);

        var error = await Assert.ThrowsAsync<PipelineException>(() => new RunPretext(data.Store, maker)
            .ResolveAsync(new RunReference("run", stored, data.Reference), data.Manifest, Token));

        Assert.Contains("is of modality image, and dataset 'toy' holds text", error.Message);
    }

    private static Task<ToyTexts> CreateAsync() =>
        ToyTexts.CreateAsync(Modalities.Text, (Split.Train, Training), (Split.Validation, Validation));
}
