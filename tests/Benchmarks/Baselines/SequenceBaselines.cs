using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pipeline.Learning.Native;
using Pipeline.Learning.Tuning;
using Pipeline.Statistics;
using static TorchSharp.torch;

namespace Pipeline.Tests.Benchmarks.Baselines;

/// <summary>What the baseline of sequences reaches by itself: the lexicographer's file of WordNet's noun glosses by their words, splice
/// junctions by the letter at each position. Means over draws, on a fifth that was put aside.</summary>
internal static class SequenceBaselines
{
    private const int Draws = 3;

    /// <param name="file">WordNet's <c>data.noun</c>.</param>
    public static void Glosses(string file)
    {
        var lines = File.ReadLines(file).Where(line => line.Length > 0 && char.IsDigit(line[0])).ToArray();
        Measure(
            [.. lines.Select(line => line[(line.IndexOf(" | ", StringComparison.Ordinal) + 3)..].Trim())],
            [.. lines.Select(line => int.Parse(line.Split(' ', 3)[1], CultureInfo.InvariantCulture))],
            [TermKinds.Words, TermKinds.Bigrams], [160, 1600]);
    }

    /// <param name="file">FASTA whose headers end in the class.</param>
    public static void Splice(string file)
    {
        var records = File.ReadAllText(file, Encoding.ASCII).Split('>', StringSplitOptions.RemoveEmptyEntries)
            .Select(record => record.Split('\n', 2))
            .Select(record => (Header: record[0].Trim(), Letters: record[1].ReplaceLineEndings("").Trim())).ToArray();
        var classes = records.Select(record => record.Header.Split(' ', '|', '=')[^1]).ToArray();
        string[] names = [.. classes.Distinct().Order(StringComparer.Ordinal)];
        Console.WriteLine(string.Join(", ", names));
        Measure([.. records.Select(record => record.Letters)], [.. classes.Select(name => Array.IndexOf(names, name))],
            [TermKinds.Positions, TermKinds.FourMers], [24, 60, 240]);
    }

    private static void Measure(string[] texts, int[] labels, string[] kinds, int[] counts)
    {
        LibTorch.Load(new TorchOptions { Device = "cpu", Threads = 1 });
        int[] order = new CounterRandom(1, "baseline").Permutation(texts.Length);
        int[] classes = [.. labels.Distinct().Order()];
        var (test, train) = (order[..(texts.Length / 5)], order[(texts.Length / 5)..]);
        var truth = new Truth([.. test.Select(Class)], [.. classes.Select(name => $"{name}")]);
        foreach (var (count, kind, penalty) in from count in counts
                                               from kind in kinds
                                               from penalty in (double[])[1e-3, 1e-2,
            1e-1]
                                               select (count, kind, penalty))
        {
            var clock = Stopwatch.StartNew();
            var all = Enumerable.Range(0, Draws).Select(draw => Run(draw, count, kind, penalty)).ToList();
            Console.WriteLine($"{count} labels, {kind}, penalty {penalty:g}: "
                + string.Join(", ", all[0].Keys.Select(metric => $"{metric} {all.Average(one => one[metric]):0.000}"))
                + $"; {clock.Elapsed.TotalSeconds / Draws:0.0} s");
        }

        int Class(int sample) => Array.IndexOf(classes, labels[sample]);

        IReadOnlyDictionary<string, double> Run(int draw, int count, string kind, double penalty)
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            var drawn = LabelDraws.Order([.. train.Select(Class)], 1, draw)[..count].Select(place => train[place]).ToArray();
            var terms = Terms.Fit(kind, [.. drawn.Select(sample => texts[sample])]);
            using var regression = new LogisticRegression(terms.Count, classes.Length);
            regression.Fit(terms.Rows(drawn.Select(sample => texts[sample])), tensor(drawn.Select(sample => (long)Class(sample)).ToArray()),
                penalty);
            return Metrics.All(truth,
                [.. regression.Logits(terms.Rows(test.Select(sample => texts[sample]))).argmax(1).data<long>().ToArray()
                    .Select(label => (int)label)]);
        }
    }
}
