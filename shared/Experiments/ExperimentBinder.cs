using System.Buffers;
using System.Globalization;
using Pipeline.Contracts;

namespace Pipeline.Experiments;

/// <summary>Sections of the file to the records of an experiment. Every range stands here, and for people in docs/experiment.md.</summary>
internal sealed class ExperimentBinder(ExperimentVocabulary vocabulary)
{
    private const int LongestName = 40;

    private const int MostSteps = 1_000_000;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly NumberRange LearningRate = new(0, 1, WithLow: false);

    private static readonly NumberRange ProbeLearningRate = new(0, 100, WithLow: false);

    private static readonly NumberRange Penalty = new(0, 1000, WithLow: false);

    private static readonly NumberRange Decay = new(0, 1, WithLow: false);

    private static readonly NumberRange Fraction = new(0, 1);

    private static readonly NumberRange Share = new(0, 1, WithLow: false, WithHigh: false);

    private static readonly NumberRange Factor = new(1, 4);

    public Experiment Bind(YamlSection file)
    {
        var (name, data) = (Name(file, "name"), Name(file, "data"));
        var modality = file.OneOf("modality", Modalities.All, Modalities.Image);
        var sequence = Modalities.IsSequence(modality);
        var inputs = file.Section<InputSpec>("input");
        var input = sequence ? SequenceBinder.Input(inputs, modality) : Input(inputs);
        if (!sequence)
        {
            file.Reject("tokenizer", "to leave it out: images have none");
            file.Reject("masking", "to leave it out: images have none");
        }
        else
        {
            file.Reject("pseudoLabels", $"to leave it out: {modality} has no views to look alike");
        }

        var pretext = Pretext(file, modality);
        var fineTuning = FineTuning(file.Section<FineTuningSpec>("fineTuning"), input, modality);
        return new Experiment
        {
            Name = name,
            Modality = modality,
            Data = data,
            Input = input,
            Tokenizer = sequence ? SequenceBinder.Tokenizer(file.Section<TokenizerSpec>("tokenizer"), modality, input, inputs) : null,
            Masking = sequence ? SequenceBinder.Masking(file.Section<MaskingSpec>("masking"), modality) : null,
            Split = Split(file.Section<SplitSpec>("split")),
            Labels = file.Has("labels") ? Labels(file.Section<LabelSpec>("labels")) : null,
            Splits = file.Has("splits") ? Splits(file.Section<SplitNamesSpec>("splits")) : null,
            Pretext = pretext,
            PseudoLabels = new PseudoLabelSpec(file.Section<PseudoLabelSpec>("pseudoLabels").Number("ambiguity", Fraction, new PseudoLabelSpec().Ambiguity)),
            Encoder = Encoder(file, modality),
            Pretraining = Pretraining(file.Section<PretrainingSpec>("pretraining"), input, modality),
            FineTuning = fineTuning,
            Evaluation = Evaluation(file.Section<EvaluationSpec>("evaluation"), fineTuning.Task),
        };
    }

    private static string Name(YamlSection section, string key) =>
        section.Text(
            key, $"1 to {LongestName} letters, digits, '-' and '_'",
            text => text.Length is > 0 and <= LongestName && !text.AsSpan().ContainsAnyExcept(NameCharacters));

    private IReadOnlyList<string> Pretext(YamlSection file, string modality)
    {
        if (Modalities.IsSequence(modality) && !file.Has("pretext"))
        {
            return [Experiment.MaskedToken];
        }

        var names = file.Names("pretext", vocabulary.PretextTasksOf(modality));
        if (names.Contains(Experiment.MaskedToken) && !Modalities.IsSequence(modality))
        {
            throw file.Invalid("pretext", $"a task of images: {Experiment.MaskedToken} is of sequences");
        }

        return names.Count == 1 || !names.Contains(Experiment.AutoPretext)
            ? names
            : throw file.Invalid("pretext", $"{Experiment.AutoPretext} alone, or a list without it");
    }

    private static InputSpec Input(YamlSection section)
    {
        section.Reject("window", "to leave it out: images have a size");
        section.Reject("lowerCase", "to leave it out: images have no case");
        var otherwise = new InputSpec();
        var channels = section.OneOf("channels", ["1", "3"], $"{otherwise.Channels}");
        return new InputSpec(section.Whole("size", 8, 512, otherwise.Size), int.Parse(channels, CultureInfo.InvariantCulture));
    }

    private static SplitSpec Split(YamlSection section)
    {
        var otherwise = new SplitSpec();
        var split = new SplitSpec(
            section.Number("validation", Share, otherwise.Validation),
            section.Number("test", Share, otherwise.Test),
            section.Seed("seed", otherwise.Seed),
            section.OneOf("allowLeaks", ["false", "true"], "false") == "true");
        return split.Validation + split.Test < 1
            ? split
            : throw section.Invalid(section.Has("validation") ? "validation" : "test", "shares for validation and test that leave some for training: together below 1");
    }

    private static LabelSpec Labels(YamlSection section) => new(
        section.TextOrNull("table", "the name of a file", IsName),
        section.TextOrNull("file", "the name of a column or field", IsText),
        section.TextOrNull("column", "the name of a column or field", IsText),
        section.Has("match") ? section.OneOf("match", ExperimentVocabulary.Matches, ExperimentVocabulary.Matches[0]) : null,
        section.TextsOrNull("missing", "a label or a list of different ones, as they are written", _ => true),
        Classes(section));

    private static IReadOnlyList<string>? Classes(YamlSection section)
    {
        const string Valid = "a list of two or more different classes";
        var classes = section.TextsOrNull("classes", Valid, IsText);
        return classes is null or { Count: > 1 } ? classes : throw section.Invalid("classes", Valid);
    }

    private static SplitNamesSpec Splits(YamlSection section)
    {
        var (train, validation, test) = (Names("train"), Names("validation"), Names("test"));
        return new[] { train, validation, test }.SelectMany(names => names ?? []).GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw section.Invalid(((string[])["test", "validation", "train"]).First(key => section.Has(key)), $"names that stand for one split only, unlike '{twice.Key}'")
            : new SplitNamesSpec(train, validation, test);

        IReadOnlyList<string>? Names(string key) => section.TextsOrNull(key, "a name of folders or files, or a pattern of paths such as 'holdout/*', or a list of different ones", IsText);
    }

    private static bool IsText(string text) => !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);

    private static bool IsName(string text) => IsText(text) && !text.Contains('/', StringComparison.Ordinal) && !text.Contains('\\', StringComparison.Ordinal);

    private EncoderSpec Encoder(YamlSection file, string modality)
    {
        var encoder = EncoderBinder.Bind(file, vocabulary.EncodersOf(modality), Modalities.IsSequence(modality) ? ExperimentVocabulary.Transformer : new EncoderSpec().Name);
        return encoder.Transformer is null || Modalities.IsSequence(modality)
            ? encoder
            : throw file.Invalid("encoder", $"an encoder of images: {ExperimentVocabulary.Transformer} is of sequences");
    }

    private static PretrainingSpec Pretraining(YamlSection section, InputSpec input, string modality)
    {
        var otherwise = new PretrainingSpec();
        return new PretrainingSpec
        {
            Epochs = section.Whole("epochs", 1, 1000, otherwise.Epochs),
            Batch = section.Whole("batch", 1, 65536, otherwise.Batch),
            LearningRate = section.Number("learningRate", LearningRate, otherwise.LearningRate),
            Schedule = section.OneOf("schedule", ExperimentVocabulary.Schedules, otherwise.Schedule),
            WeightDecay = section.Number("weightDecay", Fraction, otherwise.WeightDecay),
            Augmentation = Augmentation(section, input.Size, modality, otherwise.Augmentation),
            Seed = section.Seed("seed", otherwise.Seed),
        };
    }

    private static FineTuningSpec FineTuning(YamlSection section, InputSpec input, string modality)
    {
        var otherwise = new FineTuningSpec { Labels = [] };
        return new FineTuningSpec
        {
            Task = Task(section, modality, otherwise.Task),
            Labels = section.AscendingWholes("labels", 1, 100_000_000),
            Draws = section.Whole("draws", 1, 100, otherwise.Draws),
            LearningRates = section.DifferentNumbers("learningRates", LearningRate, otherwise.LearningRates),
            ProbeLearningRates = section.DifferentNumbers("probeLearningRates", ProbeLearningRate, otherwise.ProbeLearningRates),
            Arms = Arms(section, otherwise.Arms),
            BaselinePenalties = section.DifferentNumbers("baselinePenalties", Penalty, otherwise.BaselinePenalties),
            LoraRank = section.Whole("loraRank", 1, 1024, otherwise.LoraRank),
            LayerDecay = section.Number("layerDecay", Decay, otherwise.LayerDecay),
            Steps = section.Whole("steps", 1, MostSteps, otherwise.Steps),
            Batch = section.Whole("batch", 1, 65536, otherwise.Batch),
            WeightDecay = section.Number("weightDecay", Fraction, otherwise.WeightDecay),
            Augmentation = Augmentation(section, input.Size, modality, otherwise.Augmentation),
            Seed = section.Seed("seed", otherwise.Seed),
        };
    }

    private static IReadOnlyList<Arm> Arms(YamlSection section, IReadOnlyList<Arm> otherwise) =>
        section.Has("arms") ? [.. section.Names("arms", ExperimentVocabulary.Arms).Select(name => Enum.Parse<Arm>(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true)).Order()] : otherwise;

    private static string Task(YamlSection section, string modality, string otherwise)
    {
        var task = section.OneOf("task", ExperimentVocabulary.Tasks, otherwise);
        return task == otherwise || Modalities.IsSequence(modality) ? task : throw section.Invalid("task", $"{otherwise}: images have no places to tag");
    }

    private static AugmentationSpec Augmentation(YamlSection parent, int size, string modality, AugmentationSpec otherwise)
    {
        if (Modalities.IsSequence(modality))
        {
            parent.Reject("augmentation", $"to leave it out: nothing changes {modality} at random");
            return new AugmentationSpec();
        }

        var section = parent.Section<AugmentationSpec>("augmentation");
        return new AugmentationSpec(
            section.Number("scale", Factor, otherwise.Scale),
            section.Number("shift", new NumberRange(0, size / 2.0), otherwise.Shift),
            section.Number("gain", Factor, otherwise.Gain),
            // The default must not blank small images whole.
            section.Whole("cutout", 0, size, Math.Min(otherwise.Cutout, size / 2)));
    }

    private static EvaluationSpec Evaluation(YamlSection section, string task)
    {
        var otherwise = new EvaluationSpec();
        return new EvaluationSpec
        {
            Metric = section.OneOf("metric", task == "tagging" ? ExperimentVocabulary.Metrics : [.. ExperimentVocabulary.Metrics.SkipLast(1)], otherwise.Metric),
            Promote = section.OneOf("promote", ExperimentVocabulary.Promotions, otherwise.Promote),
            Resamples = section.Whole("resamples", 100, 100_000, otherwise.Resamples),
            Seed = section.Seed("seed", otherwise.Seed),
        };
    }
}
