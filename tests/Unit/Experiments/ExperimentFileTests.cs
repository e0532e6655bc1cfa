using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Experiments;
using Xunit;

namespace Pipeline.Tests.Unit.Experiments;

public sealed class ExperimentFileTests
{
    private const string Least = """
        name: fashion
        data: fashion
        pretext: rotation-flip
        fineTuning: { labels: [60, 100] }
        """;

    private const string Everything = """
        name: all-of_it
        modality: image
        data: other
        input: { size: 64, channels: 3 }
        split: { validation: 0.15, test: 0.25, seed: 2, allowLeaks: true }
        labels: { table: annotations.csv, file: image, column: species, match: name, missing: ["", n/a], classes: [cat, dog] }
        splits: { train: fold1, validation: [fold2, "held/**"], test: [] }
        pretext: contrastive
        pseudoLabels: { ambiguity: 0 }
        encoder: { name: vit, width: 48, vit: { size: small, patch: 8, depth: 2, pool: class, dropPath: 0.1 } }
        pretraining:
          epochs: 10
          batch: 256
          learningRate: 2e-2
          schedule: cosine
          weightDecay: 0
          decay: matrices
          accumulate: 4
          clip: 1
          averaging: 0.999
          augmentation: { scale: 1.1, shift: 32, gain: 1.2, cutout: 64, crop: 0.5 }
          viewSize: 48
          readout: grid-2
          contrastive: { temperature: 0.5, hidden: 64, projection: 32, crop: 0.6, mirror: false, turn: 0, colour: 0, erase: 0 }
          seed: 18446744073709551615
        fineTuning:
          labels: [1, 2, 1000]
          draws: 7
          learningRates: [1e-4]
          readout: [mean, class]
          head: logistic
          batchNorm: kept
          probePenalties: [1, 10]
          propagationShares: [0.5]
          arms: [layer-decay, lora]
          baselinePenalties: [0.5]
          loraRank: 4
          layerDecay: 0.9
          steps: 500
          batch: 16
          weightDecay: 0.5
          decay: matrices
          augmentation: { scale: 4, shift: 0.5, gain: 4, cutout: 1, crop: 0.9 }
          seed: 0
        evaluation: { metric: macro-f1, promote: never, resamples: 100, seed: 3 }
        """;

    private const string LeastText = """
        name: fashion
        data: fashion
        modality: text
        fineTuning: { labels: [60, 100] }
        """;

    private const string EverythingOfText = """
        name: all-of_it
        data: other
        modality: text
        input: { window: 60, lowerCase: true }
        tokenizer: { kind: bpe, vocabulary: 500, length: 40 }
        masking: { share: 0.3, mask: 0.5, random: 0.4, unit: span, span: 5 }
        pretext: auto
        encoder: { name: transformer, size: tiny, layers: 3, heads: 8, feedForward: 300, position: learned, norm: post, dropout: 0, layout: bert }
        fineTuning: { labels: [1], task: tagging }
        evaluation: { metric: entity-f1 }
        """;

    [Fact]
    public void What_is_not_said_is_the_default() =>
        SameExperiment(
            new Experiment
            {
                Name = "fashion",
                Data = "fashion",
                Pretext = ["rotation-flip"],
                FineTuning = new FineTuningSpec { Labels = [60, 100] }
            },
            Parse(Least));

    [Fact]
    public void What_is_said_is_taken() =>
        SameExperiment(
            new Experiment
            {
                Name = "all-of_it",
                Data = "other",
                Input = new InputSpec(64, 3),
                Split = new SplitSpec(0.15, 0.25, 2, AllowLeaks: true),
                Labels = new LabelSpec("annotations.csv", "image", "species", "name", ["", "n/a"], ["cat", "dog"]),
                Splits = new SplitNamesSpec(["fold1"], ["fold2", "held/**"], []),
                Pretext = ["contrastive"],
                PseudoLabels = new PseudoLabelSpec(0),
                Encoder = new EncoderSpec("vit", 48, Vit: new VitSpec("small", 8, 2, "class", 0.1)),
                Pretraining = new PretrainingSpec
                {
                    Epochs = 10,
                    Batch = 256,
                    LearningRate = 0.02,
                    Schedule = "cosine",
                    WeightDecay = 0,
                    Decay = DecayedParameters.Matrices,
                    Accumulate = 4,
                    Clip = 1,
                    Averaging = 0.999,
                    Augmentation = new AugmentationSpec(1.1, 32, 1.2, 64, 0.5),
                    ViewSize = 48,
                    Readout = "grid-2",
                    Contrastive = new ContrastiveSpec(0.5, 64, 32, 0.6, false, 0, 0, 0),
                    Seed = ulong.MaxValue,
                },
                FineTuning = new FineTuningSpec
                {
                    Labels = [1, 2, 1000],
                    Draws = 7,
                    LearningRates = [1e-4],
                    Readout = ["mean", "class"],
                    Head = HeadStarts.Logistic,
                    BatchNorm = BatchNormStatistics.Kept,
                    ProbePenalties = [1, 10],
                    PropagationShares = [0.5],
                    Arms = [Arm.Lora, Arm.LayerDecay],
                    BaselinePenalties = [0.5],
                    LoraRank = 4,
                    LayerDecay = 0.9,
                    Steps = 500,
                    Batch = 16,
                    WeightDecay = 0.5,
                    Decay = DecayedParameters.Matrices,
                    Augmentation = new AugmentationSpec(4, 0.5, 4, 1, 0.9),
                    Seed = 0,
                },
                Evaluation = new EvaluationSpec { Metric = "macro-f1", Promote = "never", Resamples = 100, Seed = 3 },
            },
            Parse(Everything));

    [Fact]
    public void Every_key_reaches_its_property()
    {
        (JsonNode Least, JsonNode Everything)[] pairs =
        [
            (Json(Parse(Least)), Json(Parse(Everything))),
            (Json(Parse(LeastText)), Json(Parse(EverythingOfText))),
            (Json(Parse(LeastText)), Json(Parse(LeastText
                + "\ntokenizer: { given: here }\nencoder: { position: rotary }\npretraining: { seeds: [3, 2] }"))),
            (Json(Parse(LeastText.Replace("text", "dna"))), Json(Parse(LeastText.Replace("text", "dna") + "\ntokenizer: { k: 3 }"))),
        ];

        // What a modality and a size bring has tests of its own.
        foreach (var key in ExperimentKeys.All.Select(key => key.Path).Except(["modality", "encoder.size"]))
            Assert.True(pairs.Any(pair => At(pair.Everything, key) is { } said && !JsonNode.DeepEquals(At(pair.Least, key), said)), key);
    }

    [Fact]
    public void An_encoder_may_be_a_name_or_a_mapping()
    {
        Assert.Equal(new EncoderSpec("resnet18"), Parse(Least + "\nencoder: resnet18").Encoder);
        Assert.Equal(new EncoderSpec("convnet", 8), Parse(Least + "\nencoder: { width: 8 }").Encoder);
    }

    [Fact]
    public void Augmentation_that_is_said_in_part_keeps_the_rest_of_its_section() =>
        Assert.Equal(
            new PretrainingSpec().Augmentation with { Shift = 1 },
            Parse(Least + "\npretraining: { augmentation: { shift: 1 } }").Pretraining.Augmentation);

    [Fact]
    public void Seeds_keep_their_order_and_a_list_of_one_is_the_experiment_of_that_seed()
    {
        Assert.Equal([3, 1], Parse(Least + "\npretraining: { seeds: [3, 1] }").Pretraining.AllSeeds);
        Assert.Equal(
            Json(Parse(Least + "\npretraining: { seed: 3 }")).ToJsonString(),
            Json(Parse(Least + "\npretraining: { seeds: [3] }")).ToJsonString());
    }

    [Fact]
    public void The_default_cutout_leaves_small_images_something() =>
        Assert.Equal(4, Parse(Least + "\ninput: { size: 8 }").Pretraining.Augmentation.Cutout);

    [Theory]
    [InlineData("pretraining:\n  epochs: 0", "line 6: 'pretraining.epochs' is 0; must be a whole number from 1 to 1000.")]
    [InlineData("pretraining: { epochs: 1.5 }", "line 5: 'pretraining.epochs' is 1.5; must be a whole number from 1 to 1000.")]
    [InlineData("pretraining: { epochs: many }", "line 5: 'pretraining.epochs' is 'many'; must be a whole number")]
    [InlineData("pretraining: { epochs: }", "line 5: 'pretraining.epochs' is empty; must be a whole number")]
    [InlineData("pretraining: { epochs: [1] }", "line 5: 'pretraining.epochs' is [1]; must be a whole number")]
    [InlineData("pretraining: { epochs: { a: 1 } }", "line 5: 'pretraining.epochs' is a mapping; must be a whole number")]
    [InlineData("pretraining: { learningRate: 0 }", "'pretraining.learningRate' is 0; must be a number above 0, at most 1.")]
    [InlineData("pretraining: { learningRate: 1.01 }", "'pretraining.learningRate' is 1.01; must be a number above 0, at most 1.")]
    [InlineData("pretraining: { learningRate: NaN }", "'pretraining.learningRate' is NaN; must be a number")]
    [InlineData("pretraining: { learningRate: 3e-3x }", "'pretraining.learningRate' is '3e-3x'; must be a number")]
    [InlineData("pretraining: { schedule: onecycle }",
        "'pretraining.schedule' is 'onecycle'; must be one-cycle, cosine (did you mean 'one-cycle'?).")]
    [InlineData("pretraining: { seed: -1 }", "'pretraining.seed' is -1; must be a whole number from 0 to 18446744073709551615.")]
    [InlineData("pretraining: { seed: 1, seeds: [1, 2] }",
        "'pretraining.seed' is 1; must be left out where pretraining.seeds is given.")]
    [InlineData("pretraining: { seeds: 3 }",
        "'pretraining.seeds' is 3; must be a list of 1 to 16 different whole numbers from 0 to 18446744073709551615.")]
    [InlineData("pretraining: { seeds: [2, 1, 2] }", "'pretraining.seeds[2]' is 2; must be a list of 1 to 16 different whole numbers")]
    [InlineData("pretraining: { seeds: [] }", "'pretraining.seeds' is an empty list; must be a list of 1 to 16 different whole numbers")]
    [InlineData("pretraining: { seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] }",
        "must be a list of 1 to 16 different whole numbers")]
    [InlineData("pretraining: { augmentation: { shift: 14.5 } }",
        "'pretraining.augmentation.shift' is 14.5; must be a number from 0 to 14.")]
    [InlineData("pretraining: { augmentation: { cutout: 29 } }",
        "'pretraining.augmentation.cutout' is 29; must be a whole number from 0 to 28.")]
    [InlineData("pretraining: { augmentation: { scale: 0.5 } }", "'pretraining.augmentation.scale' is 0.5; must be a number from 1 to 4.")]
    [InlineData("pretraining: fast", "'pretraining' is 'fast'; must be a mapping with the keys epochs, batch,")]
    [InlineData("pretrainig: { epochs: 4 }",
        "line 5: 'pretrainig' is not a key (did you mean 'pretraining'?); must be one of name, modality, data,")]
    [InlineData("pretraining:\n  epoch: 4",
        "line 6: 'pretraining.epoch' is not a key (did you mean 'epochs'?); must be one of epochs, batch,")]
    [InlineData("Input: { size: 28 }", "'Input' is not a key (did you mean 'input'?)")]
    [InlineData("xyzzy: 1", "'xyzzy' is not a key; must be one of")]
    [InlineData("<<: { name: x }", "'<<' is not a key")]
    [InlineData("? [a, b]\n: c", "'' is not a key")]
    [InlineData("modality: video", "'modality' is 'video'; must be image, text, dna, protein.")]
    [InlineData("encoder: resnet50", "'encoder' is 'resnet50'; must be convnet, resnet18, vit (did you mean 'resnet18'?).")]
    [InlineData("encoder: { name: swin }", "'encoder.name' is 'swin'; must be convnet, resnet18, vit")]
    [InlineData("encoder: { vit: { depth: 2 } }", "'encoder.vit' is a mapping; must be left out: encoder.name is convnet.")]
    [InlineData("encoder: { name: vit, vit: { patch: 5 } }",
        "'encoder.vit.patch' is 5; must be a divisor of input.size, which is 28.")]
    [InlineData("encoder: { name: vit, vit: { patch: 7 } }\npretraining: { viewSize: 20 }",
        "'pretraining.viewSize' is 20; must be a multiple of the patches' side, which is 7.")]
    [InlineData("encoder: vit\npretraining: { viewSize: 21 }",
        "'pretraining.viewSize' is 21; must be a multiple of the patches' side, which is 4.")]
    [InlineData("encoder: { name: vit, width: 200 }", "'encoder.width' is 200; must be a multiple of its heads")]
    [InlineData("input: { size: 24 }\npretraining: { readout: grid-4 }",
        "'pretraining.readout' is 'grid-4'; must be mean, grid-2, grid-3, which convnet has at 24 pixels.")]
    [InlineData("pretraining: { viewSize: 16, readout: grid-3 }",
        "'pretraining.readout' is 'grid-3'; must be mean, grid-2, which convnet has at 16 pixels.")]
    [InlineData("pretraining: { contrastive: { crop: 0.5 } }",
        "'pretraining.contrastive' is a mapping; must be left out: pretext is rotation-flip.")]
    [InlineData("encoder: { width: 0 }", "'encoder.width' is 0; must be a whole number from 1 to 1024.")]
    [InlineData("encoder: [convnet]", "'encoder' is [convnet]; must be a mapping with the keys name, width, size, layers,")]
    [InlineData("evaluation: { metric: f1 }", "'evaluation.metric' is 'f1'; must be accuracy, macro-f1, balanced-accuracy")]
    [InlineData("evaluation: { promote: always }", "'evaluation.promote' is 'always'; must be helps, no-evidence, never.")]
    [InlineData("evaluation: { resamples: 99 }", "'evaluation.resamples' is 99; must be a whole number from 100 to 100000.")]
    [InlineData("input: { size: 7 }", "'input.size' is 7; must be a whole number from 8 to 512.")]
    [InlineData("input: { channels: 2 }", "'input.channels' is 2; must be 1, 3")]
    [InlineData("split: { test: 1 }", "'split.test' is 1; must be a number above 0 and below 1.")]
    [InlineData("split: { validation: 0.5, test: 0.5 }",
        "'split.validation' is 0.5; must be shares for validation and test that leave some for training")]
    [InlineData("split: { test: 0.95 }", "'split.test' is 0.95; must be shares for validation and test that leave some for training")]
    [InlineData("split: { allowLeaks: yes }", "'split.allowLeaks' is 'yes'; must be false, true")]
    [InlineData("pseudoLabels: { ambiguity: 1.5 }", "'pseudoLabels.ambiguity' is 1.5; must be a number from 0 to 1.")]
    [InlineData("name: again", "line 5: this is not valid YAML: Duplicate key")]
    [InlineData("input: { size: 28, size: 28 }", "line 5: this is not valid YAML: Duplicate key")]
    [InlineData("input: { size: 28", "line 6: this is not valid YAML:")]
    [InlineData("input: { size: 28\nencoder: convnet", "line 5: this is not valid YAML: is a '}' or ']' missing?")]
    [InlineData("input: *nothing", "line 5: this is not valid YAML: nothing before it is named '&nothing'.")]
    [InlineData("input: &self [*self]", "line 5: 'input' is a list; must be a mapping")]
    [InlineData("labels: { match: stem }", "line 5: 'labels.match' is 'stem'; must be exact, name")]
    [InlineData("labels: { table: a/b.csv }", "line 5: 'labels.table' is 'a/b.csv'; must be the name of a file.")]
    [InlineData("labels: { column: \"\" }", "line 5: 'labels.column' is empty; must be the name of a column or field.")]
    [InlineData("labels: { missing: [nan, nan] }", "line 5: 'labels.missing' is [nan, nan]; must be a label or a list of different ones")]
    [InlineData("labels: { classes: [cat] }", "line 5: 'labels.classes' is [cat]; must be a list of two or more different classes.")]
    [InlineData("splits: { train: a, test: [b, a] }",
        "line 5: 'splits.test' is [b, a]; must be names that stand for one split only, unlike 'a'.")]
    [InlineData("--- \nname: second", "holds 2 YAML documents; must be one")]
    [InlineData("a: [[[[[[[[[[[[1]]]]]]]]]]]]", "line 5: this nests too deep")]
    public void A_mistake_is_told_with_its_line_its_value_and_what_it_must_be(string addition, string message) =>
        Assert.Contains(message, Refusal($"{Least}\n{addition}\n"));

    [Theory]
    [InlineData("name: fashion", "", "fashion.yaml: 'name' is missing; must be 1 to 40 letters, digits, '-' and '_'.")]
    [InlineData("data: fashion", "", "fashion.yaml: 'data' is missing")]
    [InlineData("pretext: rotation-flip", "",
        "fashion.yaml: 'pretext' is missing; must be one of rotation, flip, rotation-flip, contrastive, auto, or a list of different ones.")]
    [InlineData("fineTuning: { labels: [60, 100] }", "", "fashion.yaml: 'fineTuning.labels' is missing; must be a list of whole numbers")]
    [InlineData("labels: [60, 100]", "draws: 5", "fashion.yaml: 'fineTuning.labels' is missing")]
    [InlineData("[60, 100]", "[]", "line 4: 'fineTuning.labels' is an empty list; must be a list of whole numbers")]
    [InlineData("[60, 100]", "60", "line 4: 'fineTuning.labels' is 60; must be a list of whole numbers")]
    [InlineData("[60, 100]", "[60, 60]",
        "line 4: 'fineTuning.labels[1]' is 60; must be a list of whole numbers from 1 to 100000000, ascending.")]
    [InlineData("[60, 100]", "[0]", "line 4: 'fineTuning.labels[0]' is 0; must be a list of whole numbers from 1")]
    [InlineData("[60, 100]", "[60], learningRates: [1e-3, 0.001]",
        "'fineTuning.learningRates[1]' is 0.001; must be a list of different numbers, each a number above 0, at most 1.")]
    [InlineData("[60, 100]", "[60], probePenalties: [1001]",
        "'fineTuning.probePenalties[0]' is 1001; must be a list of different numbers, each a number above 0, at most 1000.")]
    [InlineData("[60, 100]", "[60], draws: 101", "'fineTuning.draws' is 101; must be a whole number from 1 to 100.")]
    [InlineData("[60, 100]", "[60], steps: 1000001", "'fineTuning.steps' is 1000001; must be a whole number from 1 to 1000000.")]
    [InlineData("[60, 100]", "[60], readout: [mean, class]",
        "'fineTuning.readout' is [mean, class]; must be mean, grid-2, grid-3, grid-4, last-1, last-2, last-3, which convnet has at 28 pixels.")]
    [InlineData("[60, 100]", "[1, 60]",
        "'fineTuning.labels' is [1, 60]; must be at least 2, as batch norm takes its statistics from a batch;")]
    [InlineData("[60, 100]", "[60], batch: 1", "'fineTuning.batch' is 1; must be at least 2, as batch norm takes its statistics")]
    [InlineData("rotation-flip", "contrastive\npretraining: { batch: 1 }",
        "'pretraining.batch' is 1; must be at least 2, as contrastive compares the samples of a batch.")]
    [InlineData("rotation-flip", "rotate",
        "line 3: 'pretext' is 'rotate'; must be rotation, flip, rotation-flip, contrastive, auto (did you mean 'rotation'?).")]
    [InlineData("rotation-flip", "[flip, jigsaw]", "line 3: 'pretext' is 'jigsaw'; must be rotation, flip, rotation-flip, contrastive, auto.")]
    [InlineData("rotation-flip", "[flip, flip]", "line 3: 'pretext' is [flip, flip]; must be one of")]
    [InlineData("rotation-flip", "[flip, auto]", "line 3: 'pretext' is [flip, auto]; must be auto alone, or a list without it.")]
    [InlineData("rotation-flip", "[auto, auto]", "line 3: 'pretext' is [auto, auto]; must be one of")]
    [InlineData("rotation-flip", "[]", "line 3: 'pretext' is an empty list; must be")]
    [InlineData("name: fashion", "name: a/b", "line 1: 'name' is 'a/b'; must be 1 to 40 letters, digits, '-' and '_'.")]
    [InlineData("name: fashion", "name: \"a\\nb\"", "line 1: 'name' is 'a b'; must be")]
    [InlineData("name: fashion", "name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "'; must be 1 to 40 letters")]
    public void A_required_key_is_checked_and_missed(string written, string instead, string message) =>
        Assert.Contains(message, Refusal(Least.Replace(written, instead)));

    [Theory]
    [InlineData("")]
    [InlineData("# nothing")]
    [InlineData("just text")]
    [InlineData("- a\n- list")]
    [InlineData("\t")]
    [InlineData("\0")]
    public void What_is_no_experiment_is_refused(string yaml) => Refusal(yaml);

    [Fact]
    public void Nesting_without_end_is_refused() => Assert.Contains("nests too deep", Refusal(new string('[', 100_000)));

    [Fact]
    public void Random_damage_is_refused_or_harmless_but_never_anything_else()
    {
        var random = new Random(7);
        for (var round = 0; round < 1000; round++)
        {
            var yaml = Everything.ToCharArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                yaml[random.Next(yaml.Length)] = (char)random.Next(1, 127);

            try
            {
                Parse(new string(yaml));
            }
            catch (PipelineException error)
            {
                Assert.Single(error.Message.Split('\n'));
            }
        }
    }

    [Fact]
    public void A_file_is_read_and_named_in_its_errors()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, Least);
            Assert.Equal("fashion", ExperimentFile.Read(path).Name);
            File.WriteAllText(path, Least + "\nx: 1");
            Assert.StartsWith($"{path}, line 5: ", Assert.Throws<PipelineException>(() => ExperimentFile.Read(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Contains(path, Assert.Throws<PipelineException>(() => ExperimentFile.Read(path)).Message);
    }

    /// <summary>The value of a key of the file; a transformer's are kept in a record of its own.</summary>
    internal static JsonNode? At(JsonNode experiment, string key)
    {
        var shape = experiment["encoder"]!["transformer"];
        return key.Split('.') is ["encoder", var name] && shape?[name] is { } value
            ? value
            : key.Split('.').Aggregate((JsonNode?)experiment, (node, name) => node?[name]);
    }

    internal static JsonNode Json(Experiment experiment) => JsonSerializer.SerializeToNode(experiment, PipelineJson.Options)!;

    private static Experiment Parse(string yaml) => ExperimentFile.Parse(yaml, "fashion.yaml");

    private static string Refusal(string yaml)
    {
        var message = Assert.Throws<PipelineException>(() => Parse(yaml)).Message;
        Assert.StartsWith("fashion.yaml", message);
        Assert.Single(message.Split('\n'));
        return message;
    }

    private static void SameExperiment(Experiment expected, Experiment actual) =>
        Assert.Equal(Json(expected).ToJsonString(), Json(actual).ToJsonString());
}
