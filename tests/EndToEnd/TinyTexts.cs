using System.Text;
using System.Text.Json;

namespace Pipeline.Tests.EndToEnd;

/// <summary>Sentences, DNA and proteins of three kinds that are easily told apart; drawn at random,
/// so that no two are nearly the same. Every tenth has no label.</summary>
public static class TinyTexts
{
    public const int Classes = 3;

    private const int Letters = 60;

    private static readonly string[][] Nouns =
    [
        ["boat", "harbour", "sailor", "anchor", "whale", "storm", "island", "lantern"],
        ["kettle", "baker", "oven", "spoon", "butter", "table", "pepper", "apron"],
        ["gardener", "rose", "spade", "beetle", "hedge", "orchard", "worm", "fountain"],
    ];

    private static readonly string[] Adjectives = ["old", "small", "quiet", "bright", "heavy", "lost", "red", "cold", "clever", "broken"];

    private static readonly string[] Verbs = ["finds", "follows", "hides", "carries", "watches", "leaves", "wants", "breaks"];

    private static readonly string[] Bases = ["AAATTTCG", "GGGCCCAT", "AAACCCGT"];

    private static readonly string[] Residues = ["AVLIMFWG", "DEKRHSTN", "GPCYQSAD"];

    /// <summary>Words of sentence <paramref name="number"/>, of kind <c>number % 3</c>, each with what it is;
    /// null for one of no account.</summary>
    public static IReadOnlyList<(string Word, string? Tag)> Words(int number)
    {
        var random = new Random(number);
        var words = new List<(string, string?)>();
        for (var clause = 0; clause < 3; clause++)
            words.AddRange([.. Thing(), (Of(Verbs), "act"), .. Thing(), (clause < 2 ? "and" : ".", null)]);

        return words;

        IEnumerable<(string, string?)> Thing() => [("the", null), (Of(Adjectives), null), (Of(Nouns[number % Classes]), "thing")];
        string Of(string[] choices) => choices[random.Next(choices.Length)];
    }

    public static string Sentence(int number) => string.Join(' ', Words(number).Select(word => word.Word));

    public static string Dna(int number) => Drawn(number, Bases[number % Classes]);

    public static string Protein(int number) => Drawn(number, Residues[number % Classes]);

    /// <summary>Files of JSON lines with <c>text</c> and <c>label</c>, ten in each.</summary>
    public static void WriteSentences(string folder, int count, int classes = Classes)
    {
        for (var first = 0; first < count; first += 10)
            Write(folder, $"sentences-{first:d4}.jsonl", Math.Min(10, count - first), number => Line(first + number));

        string Line(int number) =>
            JsonSerializer.Serialize(Kind(number, classes) is { } label
                ? new { text = Sentence(number), label } : (object)new { text = Sentence(number) });
    }

    /// <summary>JSON lines with <c>tokens</c> and <c>tags</c>.</summary>
    public static void WriteTagged(string folder, int count) => Write(
        folder, "tagged.jsonl", count,
        number => JsonSerializer.Serialize(new
        {
            tokens = Words(number).Select(word => word.Word),
            tags = Words(number)
            .Select(word => word.Tag)
        }));

    /// <summary>FASTA, its labels behind the ids.</summary>
    /// <param name="letters">Of a record.</param>
    public static void WriteFasta(string folder, int count, Func<int, string> letters, int classes = Classes) => Write(
        folder, "records.fasta", count,
        number => $">record-{number}{(Kind(number, classes) is { } label ? $" label={label}" : "")}\n{letters(number)}");

    private static string Drawn(int number, string letters) => new([.. new Random(number).GetItems(letters.AsSpan(), Letters)]);

    private static string? Kind(int number, int classes) => number % 10 == 9 ? null : $"kind-{number % classes}";

    private static void Write(string folder, string file, int count, Func<int, string> record)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, file), string.Concat(Enumerable.Range(0, count).Select(number => record(number) + "\n")),
            new UTF8Encoding(false));
    }
}
