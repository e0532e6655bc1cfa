using System.Buffers;
using System.Globalization;
using Pipeline.Contracts;

namespace Pipeline.Hosting.Experiments;

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
        var input = Input(file.Section<InputSpec>("input"));
        return new Experiment
        {
            Name = Name(file, "name"),
            Modality = file.OneOf("modality", ExperimentVocabulary.Modalities, "image"),
            Data = Name(file, "data"),
            Input = input,
            Split = Split(file.Section<SplitSpec>("split")),
            Pretext = Pretext(file),
            PseudoLabels = new PseudoLabelSpec(file.Section<PseudoLabelSpec>("pseudoLabels").Number("ambiguity", Fraction, new PseudoLabelSpec().Ambiguity)),
            Encoder = Encoder(file),
            Pretraining = Pretraining(file.Section<PretrainingSpec>("pretraining"), input.Size),
            FineTuning = FineTuning(file.Section<FineTuningSpec>("fineTuning"), input.Size),
            Evaluation = Evaluation(file.Section<EvaluationSpec>("evaluation")),
        };
    }

    private static string Name(YamlSection section, string key) =>
        section.Text(
            key, $"1 to {LongestName} letters, digits, '-' and '_'",
            text => text.Length is > 0 and <= LongestName && !text.AsSpan().ContainsAnyExcept(NameCharacters));

    private IReadOnlyList<string> Pretext(YamlSection file)
    {
        IReadOnlyList<string> known = vocabulary.PretextTasks;
        var names = file.Names("pretext", known.Count == 0 ? [] : [.. known, Experiment.AutoPretext]);
        return names.Count == 1 || !names.Contains(Experiment.AutoPretext)
            ? names
            : throw file.Invalid("pretext", $"{Experiment.AutoPretext} alone, or a list without it");
    }

    private static InputSpec Input(YamlSection section)
    {
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

    private EncoderSpec Encoder(YamlSection file)
    {
        var otherwise = new EncoderSpec();
        if (!file.Has("encoder") || file.IsScalar("encoder"))
        {
            return new EncoderSpec(file.OneOf("encoder", vocabulary.Encoders, otherwise.Name));
        }

        var section = file.Section<EncoderSpec>("encoder");
        return new EncoderSpec(section.OneOf("name", vocabulary.Encoders, otherwise.Name), section.WholeOrNull("width", 1, 512));
    }

    private static PretrainingSpec Pretraining(YamlSection section, int size)
    {
        var otherwise = new PretrainingSpec();
        return new PretrainingSpec
        {
            Epochs = section.Whole("epochs", 1, 1000, otherwise.Epochs),
            Batch = section.Whole("batch", 1, 65536, otherwise.Batch),
            LearningRate = section.Number("learningRate", LearningRate, otherwise.LearningRate),
            Schedule = section.OneOf("schedule", ExperimentVocabulary.Schedules, otherwise.Schedule),
            WeightDecay = section.Number("weightDecay", Fraction, otherwise.WeightDecay),
            Augmentation = Augmentation(section, size, otherwise.Augmentation),
            Seed = section.Seed("seed", otherwise.Seed),
        };
    }

    private static FineTuningSpec FineTuning(YamlSection section, int size)
    {
        var otherwise = new FineTuningSpec { Labels = [] };
        return new FineTuningSpec
        {
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
            Augmentation = Augmentation(section, size, otherwise.Augmentation),
            Seed = section.Seed("seed", otherwise.Seed),
        };
    }

    private static IReadOnlyList<Arm> Arms(YamlSection section, IReadOnlyList<Arm> otherwise) =>
        section.Has("arms") ? [.. section.Names("arms", ExperimentVocabulary.Arms).Select(name => Enum.Parse<Arm>(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true)).Order()] : otherwise;

    private static AugmentationSpec Augmentation(YamlSection parent, int size, AugmentationSpec otherwise)
    {
        var section = parent.Section<AugmentationSpec>("augmentation");
        return new AugmentationSpec(
            section.Number("scale", Factor, otherwise.Scale),
            section.Number("shift", new NumberRange(0, size / 2.0), otherwise.Shift),
            section.Number("gain", Factor, otherwise.Gain),
            // The default must not blank small images whole.
            section.Whole("cutout", 0, size, Math.Min(otherwise.Cutout, size / 2)));
    }

    private static EvaluationSpec Evaluation(YamlSection section)
    {
        var otherwise = new EvaluationSpec();
        return new EvaluationSpec
        {
            Metric = section.OneOf("metric", ExperimentVocabulary.Metrics, otherwise.Metric),
            Promote = section.OneOf("promote", ExperimentVocabulary.Promotions, otherwise.Promote),
            Resamples = section.Whole("resamples", 100, 100_000, otherwise.Resamples),
            Seed = section.Seed("seed", otherwise.Seed),
        };
    }
}
