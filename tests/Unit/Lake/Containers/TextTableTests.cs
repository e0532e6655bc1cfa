using Pipeline.Ingestion.Planning;
using Xunit;
using static Pipeline.Tests.Unit.Ingestion.Texts;

namespace Pipeline.Tests.Unit.Lake.Containers;

public sealed class TextTableTests
{
    public static TheoryData<string> Kinds => ["parquet", "arrow file", "arrow stream"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Rows_are_documents_with_their_labels_and_splits(string kind)
    {
        using var lake = Of(Modalities.Text, window: 1000);
        var random = new Random(1);
        string[] starts = ["PAR1", "PK\u0003\u0004", ">", "{", "ARROW1\0\0", "Grüße,\n\"", ""];
        var rows = Enumerable.Range(0, 42).Select(i => new TextRow($"{starts[i % 7]}{Words(random, 20)}", i % 3 == 2 ? null : i % 3, i < 30 ? "train" : "test")).ToArray();
        lake.Drop("some/data", await TextTables.OfAsync(kind, rows));

        var dataset = await lake.ImportAllAsync();

        Assert.Empty(await lake.RejectionsAsync(dataset));
        Assert.Equal(
            rows.Select(row => (Shown(row.Text!), row.Label switch { 0 => "ham", 1 => "spam", _ => null })).Order(),
            (await SamplesAsync(lake, dataset)).Select(sample => (sample.Text, sample.Label)).Order());
        Assert.All(await RowsAsync(lake, dataset), row => Assert.Equal(int.Parse(row.Path[(row.Path.IndexOf('!') + 2)..], null) >= 30, row.Split == "test"));
        Assert.Equal(42, dataset.Summary.Documents);

        static string Shown(string text) => text.Replace("\u0003\u0004", "", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_row_that_cannot_be_used_stops_no_other(string kind)
    {
        using var lake = Of(Modalities.Text, window: 1000);
        lake.Options = new() { MaxSequenceLength = 500 };
        var random = new Random(2);
        TextRow[] bad = [new(null, 0), new("", 1), new(" \t"), new(Words(random, 300)), new("one two", 0, "tset")];
        lake.Drop("data", await TextTables.OfAsync(kind, [.. bad, .. Enumerable.Range(0, 40).Select(_ => new TextRow(Words(random, 20), 0))]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(40, dataset.Summary.Samples);
        var rejections = (await lake.RejectionsAsync(dataset)).OrderBy(rejection => rejection.Path).ToList();
        Assert.Equal(
            [
                ("data!/0", RejectionReason.EmptySample), ("data!/1", RejectionReason.EmptySample), ("data!/2", RejectionReason.EmptySample),
                ("data!/3", RejectionReason.SequenceTooLong), ("data!/4", RejectionReason.MalformedRecord),
            ],
            rejections.Select(rejection => (rejection.Path, rejection.Reason)));
        Assert.Equal("the row has no text", rejections[0].Detail);
        Assert.Equal("the row names the split 'tset'; it must be train, validation, valid, val or test, or nothing", rejections[4].Detail);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Text_that_is_not_UTF8_is_refused_and_not_mended(string kind)
    {
        using var lake = Of(Modalities.Text, window: 1000);
        var random = new Random(6);
        TextRow[] rows = [new("before Q7@#w behind"), .. Enumerable.Range(0, 40).Select(_ => new TextRow(Words(random, 20)))];
        var table = await TextTables.OfAsync(kind, rows);
        // Also in the statistics of a column.
        while (table.AsSpan().IndexOf("Q7@#w"u8) is var at and >= 0)
        {
            table[at] = 0xFF;
        }

        lake.Drop("data", table);

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(40, dataset.Summary.Samples);
        Assert.Equal([("data!/0", RejectionReason.InvalidEncoding)], (await lake.RejectionsAsync(dataset)).Select(rejection => (rejection.Path, rejection.Reason)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_table_that_is_cut_short_is_one_rejection_and_what_came_before_is_used(string kind)
    {
        using var lake = Of(Modalities.Text, window: 1000);
        var random = new Random(3);
        lake.Drop("loose.txt.jsonl", Lines(40, _ => $$"""{"text": "{{Words(random, 20)}}"}"""));
        var table = await TextTables.OfAsync(kind, [.. Enumerable.Range(0, 400).Select(_ => new TextRow(Words(random, 20)))]);
        lake.Drop("data", table[..(table.Length * 3 / 4)]);

        var dataset = await lake.ImportAllAsync();

        // What lies where stands at the end of a Parquet file.
        Assert.Equal(40 + (kind == "parquet" ? 0 : 200), dataset.Summary.Samples);
        Assert.Equal([("data", RejectionReason.Corrupt)], (await lake.RejectionsAsync(dataset)).Select(rejection => (rejection.Path, rejection.Reason)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Tables_keep_within_the_limits(string kind)
    {
        var random = new Random(4);
        var rows = Enumerable.Range(0, 100).Select(_ => new TextRow(Words(random, 100))).ToArray();
        var table = await TextTables.OfAsync(kind, rows);

        async Task<string> ReasonsAsync(IngestionOptions options)
        {
            using var lake = Of(Modalities.Text, window: 1000);
            lake.Options = options;
            lake.Drop("loose.jsonl", Lines(40, _ => $$"""{"text": "{{Words(random, 20)}}"}"""));
            lake.Drop("data", table);
            return string.Join(' ', (await lake.RejectionsAsync(await lake.ImportAllAsync())).Select(rejection => $"{rejection.Path} {rejection.Reason}"));
        }

        Assert.Equal("", await ReasonsAsync(new()));
        Assert.Equal("data UnpacksTooLarge", await ReasonsAsync(new() { MaxRowGroupBytes = 10_000 }));
        Assert.Equal("data TooManyMembers", await ReasonsAsync(new() { MaxMembers = 60 }));
        Assert.Equal("data UnpacksTooLarge", await ReasonsAsync(new() { MaxUnpackedBytes = 10_000 }));
    }

    [Fact]
    public async Task Sequences_stand_in_a_column_of_that_name_and_are_checked()
    {
        using var lake = Of(Modalities.Dna, window: 500);
        var random = new Random(5);
        TextRow[] rows = [.. Enumerable.Range(0, 40).Select(i => new TextRow(Letters(random, "ACGT", 200), i % 2)), new("ACGE")];
        lake.Drop("data", await TextTables.ParquetAsync("Sequence", rows));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(rows[..40].Select(row => row.Text!).Order(), (await SamplesAsync(lake, dataset)).Select(sample => sample.Text).Order());
        var rejection = Assert.Single(await lake.RejectionsAsync(dataset));
        Assert.Equal(("data!/40", RejectionReason.WrongAlphabet, "line 1 has 'E' at letter 4; letters of DNA must be ACGTUN and IUPAC's RYSWKMBDHV"), (rejection.Path, rejection.Reason, rejection.Detail));
    }

    [Fact]
    public async Task Strings_that_may_not_be_null_and_bytes_are_text_too()
    {
        using var lake = Of(Modalities.Text, window: 500);
        var random = new Random(8);
        string[] texts = [.. Enumerable.Range(0, 40).Select(_ => Words(random, 20))];
        lake.Drop("strings", await TextTables.RequiredAsync("sentence", texts[..20]));
        lake.Drop("bytes", await TextTables.BytesAsync("content", [.. texts[20..].Select(Archives.Text), [0x61, 0xFF]]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(texts.Order(), (await SamplesAsync(lake, dataset)).Select(sample => sample.Text).Order());
        var rejection = Assert.Single(await lake.RejectionsAsync(dataset));
        Assert.Equal(("bytes!/20", RejectionReason.InvalidEncoding, "byte 1 is 0xFF, which is no UTF-8 there"), (rejection.Path, rejection.Reason, rejection.Detail));
    }

    [Fact]
    public async Task A_table_without_text_is_told_what_its_column_may_be_called()
    {
        using var lake = Of(Modalities.Text, window: 500);
        var random = new Random(6);
        lake.Drop("a.jsonl", Lines(40, _ => $$"""{"text": "{{Words(random, 20)}}"}"""));
        lake.Drop("data", TextTables.Arrow("words", [new TextRow("one"), new TextRow("two")], isFile: true));

        var rejection = Assert.Single(await lake.RejectionsAsync(await lake.ImportAllAsync()));

        Assert.Equal(RejectionReason.MalformedRecord, rejection.Reason);
        Assert.Contains("a table with the columns label, words, split; it must have a column of strings named text, sequence, sentence, content", rejection.Detail);
    }
}
