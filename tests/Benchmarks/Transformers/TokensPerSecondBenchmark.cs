using System.Diagnostics;
using System.Globalization;
using Pipeline.Learning.Native;
using Pipeline.Learning.Pretexts;
using Pipeline.Learning.Training;

namespace Pipeline.Tests.Benchmarks.Transformers;

/// <summary>Training steps on masked tokens, 32 samples of 64 tokens, against the same network in PyTorch: a process that stays, so that
/// both are warm, asked for a round in turn with ours.</summary>
internal static class TokensPerSecondBenchmark
{
    private const int Rounds = 9;
    private const int Batch = 32;
    private const int Length = 64;
    private const int Masked = 9;
    private const int Vocabulary = 8000;

    /// <param name="Wall">Seconds.</param>
    /// <param name="Processor">Seconds of all threads: what other work beside it disturbs less.</param>
    private sealed record Times(double Wall, double Processor);

    private static readonly Dictionary<string, TransformerSpec> Sizes = new()
    {
        ["tiny"] = new TransformerSpec(Width: 128, Layers: 2, Heads: 2, FeedForward: 512),
        ["mini"] = new TransformerSpec(Width: 256, Layers: 4, Heads: 4, FeedForward: 1024),
        ["small"] = new TransformerSpec(Width: 512, Layers: 4, Heads: 8, FeedForward: 2048),
    };

    /// <param name="threads">Of each.</param>
    /// <param name="python">Starts a Python that has torch, 2.0 or newer.</param>
    public static void Run(string size, string python, int threads)
    {
        var shape = Sizes.GetValueOrDefault(size)
            ?? throw new PipelineException($"'{size}' is no size; it must be one of {string.Join(", ", Sizes.Keys)}.");
        using var device = new TorchDevice(new TorchOptions { Threads = threads });
        using var trainer = Trainer(shape, device);
        var batch = MakeBatch();
        using var peer = Start(python, shape, threads);
        Console.WriteLine($"{size}: {peer.StandardOutput.ReadLine()}, threads of each: {threads}");

        var steps = 1;
        Ours(trainer, batch, 2);
        while (Ours(trainer, batch, steps).Wall < 2)
            steps *= 2;

        Theirs(peer, steps);
        var rounds = new List<(Times Ours, Times Theirs)>();
        for (var round = 0; round < Rounds; round++)
        {
            // In turn, and each first as often as second.
            var (first, second) = round % 2 == 0
                ? (Ours(trainer, batch, steps), Theirs(peer, steps)) : (Theirs(peer, steps), Ours(trainer, batch, steps));
            rounds.Add(round % 2 == 0 ? (first, second) : (second, first));
            Console.WriteLine($"  {Rate(rounds[^1].Ours.Wall):n0} tokens/s, PyTorch {Rate(rounds[^1].Theirs.Wall):n0}");
        }

        peer.StandardInput.Close();
        peer.WaitForExit();
        Console.WriteLine($"medians of {Rounds} rounds of {steps} steps:");
        Tell("tokens a second", times => times.Wall);
        Tell("tokens a processor-second", times => times.Processor);

        double Rate(double seconds) => steps * Batch * Length / seconds;

        void Tell(string what, Func<Times, double> seconds)
        {
            var ratios = rounds.Select(round => seconds(round.Theirs) / seconds(round.Ours)).Order().ToList();
            Console.WriteLine(
                $"  {what}: {Rate(Median(rounds.Select(round => seconds(round.Ours)))):n0}, PyTorch "
                + $"{Rate(Median(rounds.Select(round => seconds(round.Theirs)))):n0}; ratio {Median(ratios):n3} ({ratios[0]:n3} to "
                + $"{ratios[^1]:n3})");
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static Times Ours(Trainer trainer, MaskedTokenBatch batch, int steps)
    {
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        for (var step = 0; step < steps; step++)
            trainer.Train(batch);

        var wall = clock.Elapsed.TotalSeconds;
        self.Refresh();
        return new Times(wall, (self.TotalProcessorTime - before).TotalSeconds);
    }

    private static Times Theirs(Process peer, int steps)
    {
        peer.StandardInput.WriteLine(steps.ToString(CultureInfo.InvariantCulture));
        peer.StandardInput.Flush();
        var answer = peer.StandardOutput.ReadLine() ?? throw new PipelineException("Python ended; what it said stands above.");
        var seconds = answer.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new Times(seconds[0], seconds[1]);
    }

    private static Trainer Trainer(TransformerSpec shape, TorchDevice device)
    {
        var tokenizer = new TokenizerReference(new Dictionary<string, ArtifactReference>(),
            new TokenizerSpec(Vocabulary: Vocabulary, Length: Length), true, Vocabulary, new SpecialTokens());
        var experiment = new Experiment
        {
            Name = "benchmark",
            Data = "none",
            Modality = Modalities.Text,
            Input = InputSpec.Sequence(1000),
            Encoder = new EncoderSpec("transformer", Transformer: shape),
            Pretext = ["masked-token"],
            Pretraining = new PretrainingSpec { LearningRate = 1e-3 },
            FineTuning = new FineTuningSpec { Labels = [1] },
        };
        return new Trainer(new MaskedTokenModel(experiment, "masked-token", tokenizer), experiment.Pretraining, 1_000_000, device.Device);
    }

    private static MaskedTokenBatch MakeBatch()
    {
        var random = new Random(1);
        var tokens = Enumerable.Range(0, Batch * Length).Select(_ => (long)random.Next(5, Vocabulary)).ToArray();
        var places = Enumerable.Range(0, Batch)
            .SelectMany(sample => Enumerable.Range(0, Masked).Select(i => ((long)sample * Length) + (i * 7) + 1)).ToArray();
        return new MaskedTokenBatch(0, Batch, tokens, places, [.. places.Select(place => tokens[place])], tokens.Length);
    }

    private static Process Start(string python, TransformerSpec shape, int threads)
    {
        var script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Transformers", "peer.py"));
        int[] numbers = [shape.Width, shape.Layers, shape.Heads, shape.FeedForward, Vocabulary, Batch, Length, Masked, threads];
        var start = new ProcessStartInfo(python, ["-c", script, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // OpenBLAS has threads of its own, which torch's number does not bind.
        start.Environment["OPENBLAS_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }
}
