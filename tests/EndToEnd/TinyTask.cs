namespace Pipeline.Tests.EndToEnd;

/// <summary>A tiny experiment and its data, of one kind of samples; a run takes some seconds.</summary>
/// <param name="Experiment">YAML.</param>
/// <param name="Write">Writes the data into a folder.</param>
public sealed record TinyTask(string Experiment, Action<string> Write)
{
    private const int Samples = 390;

    private const string Training = """
        pretraining: { epochs: 1, batch: 16 }
        fineTuning: { labels: [6, 12], draws: 2, learningRates: [3e-3], probePenalties: [0.01, 0.1], steps: 10 }
        evaluation: { resamples: 200 }
        """;

    private const string Encoder = "encoder: { name: transformer, width: 16, layers: 1, heads: 2, feedForward: 32, dropout: 0 }";

    public static TinyTask Image { get; } = new(
        """
        name: tiny
        data: tiny
        input: { size: 12, channels: 1 }
        pretext: rotation-flip
        encoder: { name: convnet, width: 4 }
        pretraining:
          epochs: 1
          batch: 16
          augmentation: { scale: 1, shift: 1, gain: 1.1, cutout: 2 }
        fineTuning: { labels: [6, 12], draws: 2, learningRates: [3e-3], probePenalties: [0.01, 0.1], steps: 10 }
        evaluation: { resamples: 200 }
        """,
        folder => TinyImages.WriteIdx(folder, 300, 90));

    public static TinyTask Text { get; } = OfSequences(
        "text", "input: { window: 200 }\ntokenizer: { kind: wordpiece, vocabulary: 300, length: 32 }",
        folder => TinyTexts.WriteSentences(folder, Samples));

    public static TinyTask Dna { get; } = OfSequences(
        "dna", "input: { window: 60 }\ntokenizer: { k: 3 }", folder => TinyTexts.WriteFasta(folder, Samples, TinyTexts.Dna));

    public static TinyTask Protein { get; } = OfSequences(
        "protein", "input: { window: 60 }\ntokenizer: { k: 1 }", folder => TinyTexts.WriteFasta(folder, Samples, TinyTexts.Protein));

    public static TinyTask Tagging { get; } = new(
        Text.Experiment.Replace("fineTuning: {", "fineTuning: { task: tagging,", StringComparison.Ordinal),
        folder => TinyTexts.WriteTagged(folder, Samples));

    /// <summary>For tests over several.</summary>
    public static IReadOnlyDictionary<string, TinyTask> All { get; } = new Dictionary<string, TinyTask>
    {
        ["image"] = Image,
        ["text"] = Text,
        ["dna"] = Dna,
        ["protein"] = Protein,
        ["tagging"] = Tagging,
    };

    private static TinyTask OfSequences(string modality, string input, Action<string> write) => new(
        $"name: tiny\nmodality: {modality}\ndata: tiny\n{input}\npretext: masked-token\n{Encoder}\n{Training}", write);
}
