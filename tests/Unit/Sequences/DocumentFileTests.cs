using System.IO.Compression;
using System.Text;
using Pipeline.Lake.Findings;
using Pipeline.Sequences.Documents;
using Xunit;

namespace Pipeline.Tests.Unit.Sequences;

public class DocumentFileTests
{
    private static readonly SequenceRules Rules =
        new(MaxLineBytes: 1 << 20, MaxSequenceLength: 10_000_000, MaxUnpackedBytes: 64 << 20, MaxUnpackedRatio: 100);

    public static TheoryData<string, byte[]> Encodings => new()
    {
        { "UTF-8", Encoding.UTF8.GetBytes("Grüße\r\n  aus\tKöln \n") },
        { "UTF-8 with a mark", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("Grüße\naus Köln")] },
        { "UTF-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("Grüße\r\n\r\naus Köln")] },
        { "UTF-16, the other order", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("Gru\u0308\u00DFe\naus Ko\u0308ln\u0001")] },
        { "gzip", Gzip("Grüße\naus Köln") },
        { "gzip in two members", [.. Gzip("Grüße\n"), .. Gzip("aus Köln")] },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Text_is_the_same_in_every_encoding(string name, byte[] content) =>
        Assert.Equal(("Grüße\naus Köln", "text"), Assert.Single(Texts(content, name + ".txt")));

    [Fact]
    public void Lower_case_is_for_those_who_ask() =>
        Assert.Equal("àéσ ab", Assert.Single(Texts("ÀÉΣ AB"u8.ToArray(), "a.txt", input: InputSpec.Sequence(100, lowerCase: true))).Text);

    [Fact]
    public void Json_lines_have_text_and_labels_and_a_bad_one_stops_none()
    {
        var records = Read("""
            {"text": "one  two", "label": "ham"}

            {"text": "three", "label": 7, "other": [1]}
            not json
            {"label": "ham"}
            ["text"]
            {"text": "\ud800"}
            {"text": "four", "label": 1.5}
            {"text": " \u0000 "}
            {"sequence": "five"}
            {"Sentence": "six", "Class": true}
            {"text": "seven", "label": [1]}
            """, "a.jsonl");

        Assert.Equal(
            ["0 one two ham", "1 three 7", "2 malformed-record", "3 malformed-record", "4 malformed-record", "5 invalid-encoding",
                "6 four 1.5", "7 empty-sample", "8 five ", "9 six true", "10 malformed-record"],
            records.Select(Shown));
        Assert.Equal("line 4 is no JSON object; there must be an object a line, or one array of objects", records[2].Rejected!.Detail);
        Assert.Equal("line 12 has a label that is a list", records[10].Rejected!.Detail);
        Assert.Equal("not json", Encoding.UTF8.GetString(records[2].Raw!));
    }

    [Fact]
    public void Tokens_are_joined_by_a_space_and_each_letter_has_its_tag()
    {
        var records = Read("""
            {"tokens": ["Ada", "", "war", "da"], "tags": ["B-PER", "O", null, "O"]}
            {"tokens": ["a", "b"], "tags": ["O"]}
            {"tokens": ["a", 1]}
            {"tokens": ["no", "tags"]}
            """, "a.json");

        Assert.Equal("Ada war da", records[0].Document!.Text);
        Assert.Equal(["B-PER", "B-PER", "B-PER", null, null, null, null, null, "O", "O"], records[0].Document!.Tags!);
        Assert.Equal("line 2 has 2 tokens and 1 tags; there must be a tag for each token", records[1].Rejected!.Detail);
        Assert.Equal(RejectionReason.MalformedRecord, records[2].Rejected!.Reason);
        Assert.Null(records[3].Document!.Tags);
    }

    [Fact]
    public void Csv_spans_lines_in_quotes_and_a_bad_record_stops_none()
    {
        var records = Read("Label,Text\nham,\"one\n\"\"two\"\", three\"\nspam\n,4\" disk\nham,\"a\"b\nspam,last\r\n", "a.csv");

        Assert.Equal(["0 one\n\"two\", three ham", "1 malformed-record", "2 4\" disk ", "3 malformed-record", "4 last spam"],
            records.Select(Shown));
        Assert.Equal("line 4 has 1 fields; the header has 2, separated by commas", records[1].Rejected!.Detail);
        Assert.Equal("line 6 has text after a closing quote", records[3].Rejected!.Detail);
    }

    [Fact]
    public void Tabs_part_fields_as_commas_do()
    {
        var records = Read("\"label\"\ttext\nham\t\"one\n\"\"two\"\",\tthree\"\nspam\tfour, five\nham\tsix\tseven\n", "a.TSV");

        Assert.Equal(["0 one\n\"two\", three ham", "1 four, five spam", "2 malformed-record"], records.Select(Shown));
        Assert.Equal("line 5 has 3 fields; the header has 2, separated by tabs", records[2].Rejected!.Detail);
    }

    [Fact]
    public void A_record_says_its_split_by_the_names_that_tables_of_labels_have()
    {
        string?[] names = ["train", "Validation", "valid", " val ", "test", "", null, "tset"];
        var lines = Read(string.Join('\n', names.Select(name =>
            $$"""{"tokens": ["a"], "split": {{(name is null ? "null" : $"\"{name}\"")}}}""").Append("""{"text": "a", "split": 1}""")),
                "a.jsonl");
        var rows = Read("text,split\n" + string.Concat(names.Select(name => $"a,{name}\n")), "a.csv");

        foreach (var records in new[] { lines, rows })
        {
            Assert.Equal(
                [Split.Train, Split.Validation, Split.Validation, Split.Validation, Split.Test, null, null], records.Take(7)
                .Select(record => record.Document!.Split));
            Assert.Equal(RejectionReason.MalformedRecord, records[7].Rejected!.Reason);
        }

        Assert.Equal("line 8 names the split 'tset'; it must be train, validation, valid, val or test, or nothing",
            lines[7].Rejected!.Detail);
        Assert.Contains("line 9 names the split '1'", lines[8].Rejected!.Detail);
        Assert.Contains("line 9 names the split 'tset'", rows[7].Rejected!.Detail);
    }

    [Fact]
    public void A_quote_that_is_never_closed_costs_one_row()
    {
        var records = Read($"text\n\"open\n{string.Join('\n', Enumerable.Repeat(new string('x', 50), 10))}\n", "a.csv", Rules
            with
        { MaxLineBytes = 100 });

        Assert.Equal(RejectionReason.LineTooLong, records[0].Rejected!.Reason);
        Assert.Equal(10, records.Count(record => record.Document is not null));
    }

    [Theory]
    [InlineData("[{\"text\":\"one\",\"label\":\"ham\"},{\"text\":\"two\"},7,{\"text\":\"three\",\"label\":1.0}]")]
    [InlineData("\uFEFF[\n  {\n    \"text\": \"one\", \"label\": \"ham\"\n  },\n  {\"text\": \"two\"},\n  7,\n  {\"text\": \"three\", \"label\": 1}\n]\n")]
    [InlineData("[{\"text\":\"one\",\"label\":\"ham\"},{\"text\":\"two\"},null,{\"text\":\"three\",\"label\":\"1\"}")]
    public void An_array_of_json_is_read_by_element(string json)
    {
        var isWhole = json.TrimEnd().EndsWith(']');
        var records = new List<ReadRecord>();
        var end = Record.Exception(() => Enumerate(Encoding.UTF8.GetBytes(json), "a.json", records));

        Assert.Equal(["0 one ham", "1 two ", "2 malformed-record", "3 three 1"], records.Select(Shown));
        Assert.Equal(isWhole, end is null);
        Assert.Equal(isWhole ? null : "element 5 of the array is no JSON, or the array ends within it; what follows is not read",
            (end as SequenceRejectedException)?.Detail);
    }

    [Fact]
    public void An_object_over_several_lines_is_named() =>
        Assert.Contains("a JSON object over several lines",
            Refused("{\n \"data\": []\n}"u8.ToArray(), "a.json", RejectionReason.MalformedRecord));

    [Fact]
    public void Csv_without_a_column_of_text_is_named() =>
        Assert.Contains("names the columns a, b, separated by commas; there must be one named text or sequence",
            Refused("a,b\n1,2\n"u8.ToArray(), "a.csv", RejectionReason.MalformedRecord));

    [Fact]
    public void Fasta_is_brought_to_upper_case_bases()
    {
        var records = Read(";comment\n>one label=promoter x\nacgu\nN-R.a*\n\n>two\nACGE\nACGT\n>three\n>four label=\nTT", "a.fa",
            modality: Modalities.Dna);

        Assert.Equal(["0 ACGTNNA promoter", "1 wrong-alphabet", "2 empty-sample", "3 TT "], records.Select(Shown));
        Assert.Equal("line 7 has 'E' at letter 4; letters of DNA must be ACGTUN and IUPAC's RYSWKMBDHV", records[1].Rejected!.Detail);
    }

    [Fact]
    public void Fastq_has_as_many_qualities_as_letters()
    {
        var records = Read("@r1 label=x\nACGT\n+\nIIII\n@r2\nACGT\n+\nIII\n@r3\nGG\n+r3\n@@\n@r4\nAC\n", "reads", modality: Modalities.Dna);

        Assert.Equal(["0 ACGT x", "1 malformed-record", "2 GG ", "3 malformed-record"], records.Select(Shown));
        Assert.Equal("line 8 has 3 qualities for 4 letters", records[1].Rejected!.Detail);
        Assert.Equal("the record at line 13 has fewer than four lines", records[3].Rejected!.Detail);
    }

    [Fact]
    public void Proteins_keep_twenty_residues()
    {
        var records = Read(">a\nmkvBZUOx*\n>b\nMK1\n", "a.faa", modality: Modalities.Protein);

        Assert.Equal(["0 MKVXXXXX ", "1 wrong-alphabet"], records.Select(Shown));
    }

    [Fact]
    public void What_is_written_in_the_other_alphabet_is_refused()
    {
        var dna = string.Concat(Enumerable.Repeat("ACGTTGCAAC", 12));
        var protein = string.Concat(Enumerable.Repeat("MKVSWDRHYG", 12));

        Assert.Contains("it is DNA or RNA", Assert.Single(Read($">a\n{dna}", "a.fa", modality: Modalities.Protein)).Rejected!.Detail);
        Assert.Contains("it is a protein", Assert.Single(Read($">a\n{protein}", "a.fa", modality: Modalities.Dna)).Rejected!.Detail);
        var unknown = Assert.Single(Read(">a\nNNNNN", "a.fa", modality: Modalities.Dna)).Rejected!;
        Assert.Equal((RejectionReason.Blank, "no letter of the sequence is known: 5 times N"), (unknown.Reason, unknown.Detail));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused_by_place()
    {
        Assert.Contains("byte 6 is 0xFF", Refused([.. "ab\ncd\n"u8, 0xFF], "a.txt", RejectionReason.InvalidEncoding));
        Assert.Contains("byte 5 is 0xC3",
            Refused([0xEF, 0xBB, 0xBF, .. "ab"u8, 0xC3, (byte)'c'], "a.txt", RejectionReason.InvalidEncoding));
        Assert.Contains("UTF-16", Refused([0xFF, 0xFE, 0x00, 0xDC, 0x41, 0x00], "a.txt", RejectionReason.InvalidEncoding));
        Assert.Contains("an ELF program", Refused([0x7F, .. "ELF"u8, 0, 0], "a.txt", RejectionReason.NotText));
        Assert.Contains("line 2 has a byte of 0",
            Refused([.. new string('a', 5000).Select(letter => (byte)letter), (byte)'\n', 0], "a.txt", RejectionReason.NotText));
        Refused([], "a.txt", RejectionReason.Empty);
        Refused(Gzip(""), "a.txt.gz", RejectionReason.Empty);
        Refused("begins otherwise"u8.ToArray(), "a.fa", RejectionReason.MalformedRecord, Modalities.Dna);
        Assert.Equal(["0 one ", "1 invalid-encoding", "2 two "],
            Read([.. "{\"text\":\"one\"}\n{\"text\":\""u8, 0xFF, .. "\"}\n{\"text\":\"two\"}"u8], "a.jsonl").Select(Shown));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(100)]
    [InlineData(500)]
    public void Of_a_gzip_that_is_cut_short_nothing_is_used(int missing)
    {
        var random = new Random(1);
        var packed = Gzip(string.Join('\n', Enumerable.Range(0, 500).Select(_ => $$"""{"text": "{{random.Next()}}"}""")));

        Assert.Equal(500, Read(packed, "a.jsonl.gz").Count);
        Assert.Contains("nothing of it is used", Refused(packed[..^missing], "a.jsonl.gz", RejectionReason.Corrupt));
    }

    [Fact]
    public void A_gzip_bomb_is_stopped() =>
        Refused(Gzip(new string('a', 40 << 20)), "a.txt.gz", RejectionReason.UnpacksTooLarge);

    [Fact]
    public void Lines_and_documents_have_limits()
    {
        Assert.Equal("line 2 has more than 8 bytes",
            Refused("12345678\n123456789"u8.ToArray(), "a.txt", RejectionReason.LineTooLong, rules: Rules with { MaxLineBytes = 8 }));
        Assert.Equal("more than 10 characters by line 2",
            Refused("12345678\n1234"u8.ToArray(), "a.txt", RejectionReason.SequenceTooLong, rules: Rules with { MaxSequenceLength = 10 }));
        Assert.Equal(
            ["0 ACGT ", "1 line-too-long", "2 sequence-too-long", "3 GGG "],
            Read(">a\nACGT\n>b\nACGTACGTACGT\n>c\nACGT\nACGT\nACG\n>d\nGGG", "a", Rules with { MaxLineBytes = 10, MaxSequenceLength = 10 },
                Modalities.Dna).Select(Shown));
    }

    [Theory]
    [InlineData(Modalities.Text, "a.txt")]
    [InlineData(Modalities.Text, "a.jsonl")]
    [InlineData(Modalities.Text, "a.csv")]
    [InlineData(Modalities.Dna, "a.fa")]
    public void A_line_of_a_hundred_megabytes_is_refused_in_little_memory(string modality, string name)
    {
        var first = modality == Modalities.Dna ? (byte)'>' : (byte)'a';
        using var file = new LineReaderTests.Repeated(first, 100 << 20, []);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var reason = Assert.Throws<SequenceRejectedException>(() =>
        {
            foreach (var (_, record) in new DocumentFile(modality, InputSpec.Sequence(100), Rules, new FindingList()).Read(file, name))
            {
                throw record.Rejected!;
            }
        }).Reason;

        Assert.Equal(RejectionReason.LineTooLong, reason);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
    }

    internal static byte[] Gzip(string text)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(text));

        return buffer.ToArray();
    }

    private static string Shown(ReadRecord record) =>
        record.Document is { } document
        ? $"{record.Number} {document.Text} {document.Label}" : $"{record.Number} {Rejection.NameOf(record.Rejected!.Reason)}";

    private static List<ReadRecord> Read(string content, string name, SequenceRules? rules = null, string modality = Modalities.Text) =>
        Read(Encoding.UTF8.GetBytes(content), name, rules, modality);

    private static List<ReadRecord> Read(byte[] content, string name, SequenceRules? rules = null, string modality = Modalities.Text) =>
        [.. Enumerate(content, name, [], rules, modality)];

    /// <summary>Adds what it reads, so that what came before an error is there.</summary>
    private static List<ReadRecord> Enumerate(byte[] content, string name, List<ReadRecord> records, SequenceRules? rules = null,
        string modality = Modalities.Text)
    {
        foreach (var (_, record) in new DocumentFile(modality, InputSpec.Sequence(100), rules ?? Rules, new FindingList())
            .Read(new MemoryStream(content), name))
        {
            records.Add(record);
        }

        return records;
    }

    private static List<(string Text, string Format)> Texts(byte[] content, string name, InputSpec? input = null) =>
        [.. new DocumentFile(Modalities.Text, input ?? InputSpec.Sequence(100), Rules, new FindingList())
            .Read(new MemoryStream(content), name).Select(read => (read.Record.Document!.Text, read.Format))];

    private static string Refused(byte[] content, string name, RejectionReason reason, string modality = Modalities.Text,
        SequenceRules? rules = null)
    {
        var rejected = Assert.Throws<SequenceRejectedException>(() => Read(content, name, rules, modality));
        Assert.Equal(reason, rejected.Reason);
        return rejected.Detail ?? "";
    }
}
