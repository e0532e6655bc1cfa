using System.Text;

namespace Pipeline.Tests.EndToEnd;

/// <summary>What a person can get wrong with text, DNA and proteins alone.</summary>
public static class BadSequences
{
    private static readonly string[] Run = ["run", "tiny.yaml", "--data", "data", "--device", "cpu"];

    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    public static IReadOnlyDictionary<string, BadInput> All { get; } = new Dictionary<string, BadInput>
    {
        ["text: missing data folder"] = Of(TinyTask.Text, Nothing, "does not exist", "files of text in UTF-8", "JSON lines"),
        ["dna: a file for the data folder"] = Of(TinyTask.Dna, path => File.WriteAllText(path, "data"), "is a file",
            "FASTA and FASTQ files of DNA"),
        ["protein: empty data folder"] = Of(TinyTask.Protein, path => Directory.CreateDirectory(path), "is empty",
            "FASTA and FASTQ files of proteins"),
        ["dna: a folder without a usable file"] = Of(TinyTask.Dna, path => Write(path, "README", "Nothing here."u8), "no files to import",
            "FASTA and FASTQ files of DNA", "a label in each record"),
        ["text that is no UTF-8"] = Of(
            TinyTask.Text,
            path => Write(path, "sentences.jsonl", [.. "{\"text\": \"caf"u8, 0xE9, .. "\"}\n"u8]),
            "no usable document", "1 invalid-encoding", "'sentences.jsonl#0'", "byte 13 is 0xE9", "files of text in UTF-8"),
        ["text that is pictures"] = Of(TinyTask.Text, path => TinyImages.WriteFolders(path, 3), "no usable document", "kind-0/0000.bmp",
            "files of text in UTF-8"),
        ["text in lines that are too long"] = new(
            (place, _) =>
            {
                place.Settings["Ingestion__MaxLineBytes"] = "65536";
                With(place, TinyTask.Text,
                    path => Write(path, "sentences.jsonl", Encoding.UTF8.GetBytes($"{{\"text\": \"{new string('a', 65536)}\"}}\n")));
            },
            Run,
            ["no usable document", "1 line-too-long", "'sentences.jsonl#0'", "line 1 has more than 65536 bytes"]),
        ["dna without a letter"] = Of(TinyTask.Dna, path => TinyTexts.WriteFasta(path, 60, _ => ""), "no usable document",
            "60 empty-sample", "'records.fasta#0'"),
        ["proteins with letters that there are not"] = Of(
            TinyTask.Protein,
            path => TinyTexts.WriteFasta(path, 60, number => number < 40 ? TinyTexts.Protein(number) : $"MKV{number}"),
            "Of the 60 documents", "20 wrong-alphabet", "'records.fasta#40'", "line 82 has '4' at letter 4", "ACDEFGHIKLMNPQRSTVWY"),
        ["proteins for dna"] = Of(
            TinyTask.Dna, path => TinyTexts.WriteFasta(path, 60, TinyTexts.Protein), "no usable document", "wrong-alphabet",
            "'records.fasta#0'", "line 2 has", "FASTA and FASTQ files of DNA"),
        ["text of one class"] = Of(TinyTask.Text, path => TinyTexts.WriteSentences(path, 60, classes: 1), "one class only",
            "a label in each record"),
        ["tagging without tags"] = Of(TinyTask.Tagging, path => TinyTexts.WriteSentences(path, 60), "has no tags",
            "JSON lines with tokens and tags"),
        ["k-mers that are more than a sample may have"] = Experiment(TinyTask.Dna, "{ k: 3 }", "{ k: 1, length: 20 }", "line 5",
            "tokenizer.length", "at least 62"),
        ["a window that attention cannot see"] = Experiment(TinyTask.Protein, "window: 60", "window: 9000", "line 4", "input.window",
            "at most 4094", "tokenizer.k"),
        ["text with a size"] = Experiment(TinyTask.Text, "{ window: 200 }", "{ size: 28 }", "line 4", "input.size",
            "must be left out"),
        ["a pretext task of images"] = Experiment(TinyTask.Text, "masked-token", "rotation", "line 6", "'rotation'", "masked-token"),
        ["an encoder of images"] = Experiment(TinyTask.Text, "name: transformer", "name: convnet", "line 7", "'convnet'", "transformer"),
        ["heads that do not divide the width"] = Experiment(TinyTask.Text, "heads: 2", "heads: 3", "line 7", "encoder.heads",
            "a divisor of the width, 16"),
        ["a vocabulary that does not exist"] = Given("wordpiece", Nothing, "no folder 'words'", "tokenizer.given"),
        ["a vocabulary without a mask"] = Given("wordpiece", path => WriteWords(path, [.. Special[..4], "the", "boat"]), "vocab.txt",
            "[MASK]"),
        ["a vocabulary with a token twice"] = Given("wordpiece", path => WriteWords(path, [.. Special, "the", "boat", "the"]), "vocab.txt",
            "'the'"),
        ["a vocabulary of another kind"] = Given("bpe", path => WriteWords(path, [.. Special, "the", "boat"]), "'words'", "no vocab.json"),
        ["a vocabulary of other letters"] = Given("wordpiece", path => WriteWords(path, [.. Special, "ж", "##ж"]),
            "none has a token that could be masked", "The tokenizer must know"),
        ["merges of another vocabulary"] = Given(
            "bpe",
            path =>
            {
                Write(path, "vocab.json", "{ \"a\": 0, \"b\": 1 }"u8);
                Write(path, "merges.txt", "#version: 0.2\nx y\n"u8);
            },
            "vocab.json"),
    };

    private static BadInput Of(TinyTask task, Action<string> make, params string[] told) =>
        new((place, _) => With(place, task, make), Run, ["data", .. told]);

    private static BadInput Experiment(TinyTask task, string good, string bad, params string[] told) => new(
        (place, _) => With(place, task with { Experiment = task.Experiment.Replace(good, bad, StringComparison.Ordinal) }, task.Write), Run,
        ["tiny.yaml", .. told]);

    private static BadInput Given(string kind, Action<string> make, params string[] told) => new(
        (place, _) =>
        {
            var yaml = TinyTask.Text.Experiment.Replace("kind: wordpiece, vocabulary: 300", $"kind: {kind}, given: words",
                StringComparison.Ordinal);
            With(place, TinyTask.Text with { Experiment = yaml }, TinyTask.Text.Write);
            make(place.PathOf("words"));
        },
        Run,
        told);

    private static void With(Workplace place, TinyTask task, Action<string> make)
    {
        Directory.Delete(place.PathOf("data"), recursive: true);
        place.With(task with { Write = make });
    }

    private static void Nothing(string path)
    {
    }

    private static void WriteWords(string folder, IEnumerable<string> words) =>
        Write(folder, "vocab.txt", Encoding.UTF8.GetBytes(string.Concat(words.Select(word => word + "\n"))));

    private static void Write(string folder, string file, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, file), content);
    }
}
