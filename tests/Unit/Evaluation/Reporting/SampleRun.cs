using Pipeline.Evaluation.Reporting;
using Pipeline.Learning.Tuning.Arms;
using Pipeline.Statistics;

namespace Pipeline.Tests.Unit.Evaluation.Reporting;

/// <summary>A made-up run with plausible figures: three label counts, five draws, ten classes, two pretext tasks.</summary>
internal sealed record SampleRun
{
    public string Name { get; init; } = "fashion";
    public IReadOnlyList<string> Classes { get; init; } =
        ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];
    public IReadOnlyList<int> Labels { get; init; } = [60, 100, 600];
    public int Draws { get; init; } = 5;
    public int TestSamples { get; init; } = 1000;
    public double Gain { get; init; } = 0.07;
    public double PretextAccuracy { get; init; } = 0.84;
    public long Ambiguous { get; init; } = 1312;
    public bool BorderCue { get; init; }

    /// <summary>Share of the training samples that labels reach which are spread.</summary>
    public double Reached { get; init; } = 1;
    public IReadOnlyList<double> LearningRates { get; init; } = [1e-3, 3e-3];

    /// <summary>Null: one.</summary>
    public IReadOnlyList<ulong>? PretrainingSeeds { get; init; }

    public EvaluatedRun Evaluated()
    {
        var truth = Enumerable.Range(0, TestSamples).Select(sample => sample % Classes.Count).ToArray();
        var trials = Trials().ToArray();
        return new()
        {
            RunId = $"{Name}-0a1b2c3d4e5f",
            Experiment = Experiment(),
            Dataset = Dataset(),
            PreFlight = PreFlight(),
            PseudoLabels = [Task("rotation", 4, Ambiguous, 3.1), Task("flip", 2, 2 * Ambiguous, 2.4)],
            Encoder = Encoder(),
            FurtherEncoders = [.. (PretrainingSeeds ?? []).Skip(1).Select(_ => Encoder())],
            Trials = trials,
            Truth = new(truth, Classes),
            Predictions = [.. LearningRateChoice.Chosen(trials)
                .Select(trial => new TestPredictions(trial.Trial, Predict(trial.Trial, truth)))],
            EvaluationSeconds = 9.6,
        };
    }

    public double Accuracy(Arm arm, int labels)
    {
        var scratch = 0.569 + (0.085 * Math.Log(labels / 60.0));
        return arm switch
        {
            Arm.Pretrained => scratch + (Gain * Math.Pow(60.0 / labels, 0.5)),
            Arm.Scratch => scratch,
            Arm.Frozen => scratch - 0.03,
            _ => scratch - 0.16,
        };
    }

    private Experiment Experiment() => new()
    {
        Name = Name,
        Data = "fashion",
        Pretext = ["rotation", "flip"],
        Pretraining = new() { Seeds = PretrainingSeeds },
        FineTuning = new() { Labels = Labels, Draws = Draws, LearningRates = LearningRates },
        Evaluation = new() { Resamples = 200 },
    };

    private DatasetManifest Dataset() => new()
    {
        Dataset = "fashion",
        Input = new(),
        Classes = Classes,
        Shards = [],
        Provenance = Reference("provenance.parquet"),
        Summary = new(69_873, 69_873, 127, new Dictionary<string, long> { ["not an image"] = 3, ["too small: 4 × 4 pixels"] = 1 }, 53_901,
            5_989, 9_983),
        ClassCounts = [.. Classes.Select(name => new ClassCount(name, 5_390, 599, 998))],
        Seconds = 21.5,
    };

    private PreFlight PreFlight() => new()
    {
        Dataset = Reference("dataset.json"),
        Samples = 2000,
        Tasks =
        [
            new("rotation", 4, 0.25, 0.01, 0.995, new(0.62, 0.6, 0.64), new(0.91, 0.89, 0.93), false,
                "too easy: a linear model on raw pixels reaches 91 % of the ceiling"),
            new("flip", 4, 0.25, 0.2, 0.9, new(0.81, 0.79, 0.83), new(0.82, 0.8, 0.84), BorderCue,
                "border pixels alone give the answer away: 81 % right without any content"),
        ],
        Choice = new(["rotation"],
            "rotation: a linear model on raw pixels stays 9 points below its ceiling, farther than in any other task"),
        Labels = new(1, Classes.ToDictionary(name => name, _ => 5_390L), 1.0 / Classes.Count, Classes.Count),
        Seconds = 1.5,
    };

    private static PseudoLabelManifest Task(string task, int classes, long ambiguous, double seconds) => new()
    {
        Task = task,
        Classes = classes,
        Dataset = Reference("dataset.json"),
        Ambiguity = 0.02,
        Shards = [],
        Samples = 59_890 - ambiguous,
        Ambiguous = ambiguous,
        Seconds = seconds,
    };

    private EncoderManifest Encoder() => new()
    {
        Encoder = new(),
        Input = new(),
        File = Reference("encoder.safetensors"),
        Steps = 6740,
        History = [.. Enumerable.Range(1, 40).Select(i => new PretrainingPoint(
            168 * i, 0.62 + (1.5 * Math.Exp(-i / 8.0)) + (0.02 * Math.Sin(2 * i)), 3e-3 * Math.Sin(Math.PI * Math.Sqrt(i / 40.0)),
            i % 4 == 0 ? HeldOut(i / 40.0) : null))],
        Time = new(Training: 412, Waiting: 9.4, Measuring: 21, Checkpointing: 3.2, Views: 1_725_000),
        Environment = new("cpu", 8, "2.10.0"),
    };

    private HeldOutMeasure HeldOut(double done) => new(
        new Dictionary<string, double>
        {
            ["rotation"] = PretextAccuracy - ((PretextAccuracy - 0.25) * Math.Exp(-6 * done)),
            ["flip"] = 0.91 - (0.41 * Math.Exp(-4 * done)),
        },
        0.95 - (0.5 * Math.Exp(-9 * done)), 46 - (38 * Math.Exp(-3 * done)), 4096);

    private IEnumerable<TrialResult> Trials() =>
        from arm in Enum.GetValues<Arm>()
        from seed in TrialArms.Of(arm).Pretrained && PretrainingSeeds is { } seeds ? seeds.Select(seed => (ulong?)seed) : [null]
        from labels in Labels
        from draw in Enumerable.Range(0, Draws)
        from rate in arm is Arm.Pretrained or Arm.Scratch ? LearningRates : [1e-2, 1e-1]
        select new TrialResult(
            new(arm, labels, draw, rate, null, seed),
            Accuracy(arm, labels) - ((arm, rate) is (Arm.Pretrained, 1e-3) || labels == 600 && rate == 1e-3 ? 0.02 : 0.01),
            Reference("model.safetensors"), Loss(arm, labels, draw), 1.9, Reach: Reach(arm, labels));

    private LabelReach? Reach(Arm arm, int labels)
    {
        if (arm is not (Arm.Propagation or Arm.BaselinePropagation))
            return null;

        var reached = (int)Math.Round(53_901 * Reached);
        int[] shares = [.. Classes.Select((_, label) => (label + 1) * 2 / (Classes.Count + 1))];
        return new LabelReach(
            53_901, reached, [.. Classes.Select(_ => labels / Classes.Count)],
            [.. Classes.Select((_, label) => (reached / Classes.Count) + (shares[label] == 0 ? 40 : -40))], reached < 53_901 ? 12 : 0);
    }

    private double[] Loss(Arm arm, int labels, int draw)
    {
        var random = new CounterRandom(1, "loss", (long)arm, (labels * 100) + draw);
        var floor = 1 - Accuracy(arm, labels);
        return [.. Enumerable.Range(0, 100)
            .Select(step => floor + ((2.3 - floor) * Math.Exp(-step / 18.0)) + (0.05 * random.NextGaussian()))];
    }

    /// <summary>Right with the arm's accuracy, some samples being easier for every arm;
    /// wrong answers fall on a neighbouring class.</summary>
    private int[] Predict(Trial trial, int[] truth)
    {
        var luck = 0.006 * new CounterRandom(2, "luck", trial.Labels, trial.Draw).NextGaussian();
        var own = 0.006 * new CounterRandom(2, "own luck", (long)trial.Arm, (trial.Labels * 100) + trial.Draw).NextGaussian();
        own += trial.PretrainingSeed is { } seed ? EncoderLuck(seed) : 0;
        var easeBySample = new CounterRandom(2, "ease");
        var noise = new CounterRandom(2, "answer", (long)trial.Arm, (trial.Labels * 100) + trial.Draw);
        return [.. truth.Select((label, sample) =>
        {
            var ease = easeBySample.At(sample).NextDouble();
            return (0.6 * ease) + (0.4 * noise.NextDouble()) < Accuracy(trial.Arm, trial.Labels) + luck + own
                ? label
                : (label + 1 + (noise.NextInt(3) * 2)) % Classes.Count;
        })];
    }

    /// <summary>What an encoder adds to the accuracy of its arms.</summary>
    private static double EncoderLuck(ulong seed) => 0.02 * new CounterRandom(3, "encoder", (long)seed).NextGaussian();

    private static ArtifactReference Reference(string name) =>
        new($"artifacts/9f86d081/{name}", "sha256:" + new string('a', 64), 1_234_567);
}
