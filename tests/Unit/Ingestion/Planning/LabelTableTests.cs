using System.Text;
using Pipeline.Lake.Findings;
using Pipeline.Lake.Labels;
using Pipeline.Lake.Places;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

public class LabelTableTests
{
    /// <summary>The letter ö in two forms: one character, and o with what stands above it.</summary>
    private const string Composed = "gr\u00F6\u00DFe", Decomposed = "gro\u0308\u00DFe";

    public static TheoryData<string, string> Dialects => new()
    {
        { "labels.csv", "split,file,label\r\ntest,\"a, b.png\",\"the \"\"cat\"\"\"\r\n,./sub\\c.png,dog\n" },
        { "Labels.CSV", "\uFEFFSplit ; File;Label\rtest;a, b.png;\"the \"\"cat\"\"\"\r;sub/c.png; dog \r" },
        { "labels.csv", "sep=;\nfile;label;split\n\n \"a, b.png\" ; \"the \"\"cat\"\"\" ;test\nsub\\c.png;dog;\n" },
        { "labels.tsv", "file\tsplit\tlabel\na, b.png\ttest\tthe \"cat\"\n.\\sub\\c.png\t\tdog\n" },
        { "labels.csv", "\"file\"\t\"label\"\t\"split\"\n\"a, b.png\"\t\"the \"\"cat\"\"\"\t\"test\"\n\"sub/c.png\"\t\"dog\"\t\"\"\n" },
        { "metadata.csv", "file_name,label,split\n\"a, b.png\",\"the \"\"cat\"\"\",test\nsub/c.png,dog,\n" },
        { "metadata.jsonl", "{\"file_name\":\"a, b.png\",\"label\":\"the \\\"cat\\\"\",\"split\":\"test\"}\r\n\n{\"file_name\":\"sub/c.png\",\"label\":\"dog\"}" },
        { "labels.jsonl", "{\"Path\":\"a, b.png\",\"Class\":\"the \\\"cat\\\"\",\"split\":\"test\"}\n{\"path\":\"sub/c.png\",\"cls\":\"dog\"}" },
        { "labels.json", "[\n {\"file\":\"a, b.png\",\"label\":\"the \\\"cat\\\"\",\"split\":\"test\"},\n {\"file\":\"sub/c.png\",\"label\":\"dog\"}\n]" },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task The_same_labels_come_from_every_kind_of_table(string name, string content)
    {
        using var lake = new TestLake();
        lake.Drop(name, content);
        var labels = (await FindAsync(lake))!;

        Assert.Equal(new FileLabel("the \"cat\"", Split.Test), labels.Find("a, b.png"));
        Assert.Equal(new FileLabel("dog", null), labels.Find("sub/c.png"));
        Assert.Equal(default, labels.Find("other.png"));
        Assert.Empty(labels.Rejections());
        Assert.Empty(labels.Findings());
    }

    [Fact]
    public async Task Text_of_utf_16_is_told_by_its_mark()
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("file,label\na.png,Käse\n")]);

        Assert.Equal("Käse", (await FindAsync(lake))!.Find("a.png").Label);
    }

    [Theory]
    [InlineData("labels.csv", "file,label\na.png,B\u00E4r\n", "byte 18 is 0xE4, which is no UTF-8 there. It must be UTF-8")]
    [InlineData("labels.csv", "file,B\u00E4r\n", "byte 6 is 0xE4, which is no UTF-8 there")]
    [InlineData("labels.jsonl", "{\"file\":\"a.png\",\"label\":\"B\u00F6r\"}\n", "byte 26 is 0xF6, which is no UTF-8 there")]
    public async Task Text_of_another_encoding_is_refused_with_its_byte(string name, string latin1, string message)
    {
        using var lake = new TestLake();
        lake.Drop(name, Encoding.Latin1.GetBytes(latin1));

        Assert.Contains(message, await RefusalAsync(lake));
    }

    [Theory]
    [InlineData("", "cannot be read: empty")]
    [InlineData("\n\n", "has no rows")]
    [InlineData("file,label,label\na.png,cat,dog\n", "line 1 names the column 'label' 2 times; each must have a name of its own")]
    [InlineData("File,label,file\na.png,cat,dog\n", "names the column 'File' 2 times")]
    [InlineData("file,\"label\na.png,cat\n", "line 1 has a quote that is not closed")]
    [InlineData("name;label\na.png;cat\n", "has the columns name, label, separated by semicolons; one must name the files (file, file_name, filename, path), or the experiment must say labels: { file: NAME }")]
    [InlineData("file,kind\na.png,cat\n", "has the columns file, kind, separated by commas; one must hold the labels (label, class, cls), or the experiment must say labels: { column: NAME }")]
    [InlineData("file,label,split\na.png,cat,tset\n", "line 2 names the split 'tset'; it must be train")]
    [InlineData("file,label,split\na.png,cat,test\na.png,cat,train\n", "line 3 puts 'a.png' into another split than line 2")]
    public async Task A_table_that_cannot_be_trusted_is_refused_with_its_line(string table, string message)
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", table);

        Assert.Contains(message, await RefusalAsync(lake));
    }

    [Fact]
    public async Task What_is_wrong_with_a_label_is_told_and_stops_nothing()
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", "file,label\na.png,cat\na.png,dog\nb.png,\nghost.png,cat\nc.png,cat\nc.png,cat\n");
        var labels = (await FindAsync(lake))!;

        Assert.Null(labels.Find("a.png").Label);
        Assert.Null(labels.Find("b.png").Label);
        Assert.Equal("cat", labels.Find("c.png").Label);
        Assert.Equal(
            [("a.png", RejectionReason.TwoLabels), ("b.png", RejectionReason.EmptyLabel), ("ghost.png", RejectionReason.UnknownFile)],
            labels.Rejections().Select(rejection => (rejection.Path, rejection.Reason)));
        Assert.Equal(
            [new(WarningCode.UnmatchedRows, 1, "labels.csv", "1 of the 4 files that it names are not there; the first is 'ghost.png' (line 5)"), new Finding(WarningCode.EmptyLabels, 1, "labels.csv")],
            labels.Findings());
    }

    [Theory]
    [InlineData("labels.csv", "file,label\na.png,warbler, yellow\nb.png,owl\nc.png\n", "line 2 has 3 fields; the header has 2, separated by commas")]
    [InlineData("labels.csv", "file;label\na.png;warbler; yellow\nb.png;owl\n;\"x\n", "line 2 has 3 fields; the header has 2, separated by semicolons")]
    [InlineData("labels.csv", "file,label\na.png,\"warbler\" yellow\nb.png,owl\nc.png,\"\n", "line 2 has text after a closing quote")]
    [InlineData("labels.jsonl", "{\"file\":\"a.png\",\"label\":[1]}\n{\"file\":\"b.png\",\"label\":\"owl\"}\n{\"file\":\"c.png\",", "line 1 has a label that is a list")]
    [InlineData("labels.jsonl", "{\"label\":\"cat\"}\n{\"file\":\"b.png\",\"label\":\"owl\"}\n7", "line 1 names no file: its fields are label")]
    public async Task A_row_against_the_rules_is_rejected_by_its_line_and_counted(string name, string table, string fault)
    {
        using var lake = new TestLake();
        lake.Drop(name, table);
        var labels = (await FindAsync(lake))!;

        Assert.Null(labels.Find("a.png").Label);
        Assert.Equal("owl", labels.Find("b.png").Label);
        Assert.Contains(labels.Rejections(), rejection => rejection.Path == $"{name}#0" && rejection.Reason == RejectionReason.MalformedRecord && rejection.Detail!.StartsWith(fault, StringComparison.Ordinal));
        Assert.Equal(2, labels.Rejections().Count());
        Assert.Contains(labels.Findings(), finding => finding.Code == WarningCode.UnreadableRows && finding.Count == 2);
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_costs_one_row_of_labels()
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", "file,label\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{i}.png,{(i == 60 ? "\"" : "")}{(i % 2 == 0 ? "cat" : "dog")}\n")));
        var labels = (await FindAsync(lake))!;

        Assert.Equal(99, Enumerable.Range(0, 100).Count(i => labels.Find($"{i}.png").Label == (i % 2 == 0 ? "cat" : "dog")));
        Assert.Equal("line 62 has a quote that is not closed", Assert.Single(labels.Rejections()).Detail);
    }

    [Fact]
    public async Task Rows_between_two_lone_quotes_are_not_taken_for_a_label()
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", "file,label\na.png,cat\nb.png,\"dog\nc.png,cat\nd.png,dog\"\ne.png,cat\n");
        var labels = (await FindAsync(lake))!;

        Assert.Equal(["cat", null, "cat", "dog\"", "cat"], new[] { "a.png", "b.png", "c.png", "d.png", "e.png" }.Select(file => labels.Find(file).Label));
        Assert.Equal("line 3 has a quote that is closed in line 5 only; names of files and labels must be on one line", Assert.Single(labels.Rejections()).Detail);
    }

    [Fact]
    public async Task Rows_between_two_lone_quotes_of_another_column_are_told()
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", "note,file,label\n,a.png,cat\n\",b.png,dog\n,c.png,cat\nseen\",d.png,dog\n");
        var labels = (await FindAsync(lake))!;

        Assert.Equal(new Finding(WarningCode.RowsInQuotes, 1, "labels.csv", "lines 3 to 5"), Assert.Single(labels.Findings(), finding => finding.Code == WarningCode.RowsInQuotes));
    }

    [Fact]
    public async Task A_quote_is_a_letter_where_tabs_separate_and_labels_in_quotes_are_told()
    {
        using var lake = new TestLake();
        lake.Drop("labels.tsv", "file\tlabel\na.png\t\"cat\nb.png\tdog\"\nc.png\t\"dog\"\n");
        var labels = (await FindAsync(lake))!;

        Assert.Equal(["\"cat", "dog\"", "\"dog\""], new[] { "a.png", "b.png", "c.png" }.Select(file => labels.Find(file).Label));
        Assert.Equal(WarningCode.QuotesKept, Assert.Single(labels.Findings()).Code);
    }

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData(Decomposed, Composed)]
    [InlineData(".\\" + Composed, Decomposed)]
    public async Task The_form_of_unicode_does_not_count(string row, string file)
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", $"file,label\n{row}.png,cat\n");
        var labels = (await FindAsync(lake))!;

        Assert.Equal("cat", labels.Find($"{file}.png").Label);
        Assert.Empty(labels.Findings());
    }

    [Theory]
    [InlineData("cat1.png", "images/cat1.png", "folder")]
    [InlineData("cat1", "cat1.png", "extension")]
    [InlineData("cat1.jpg", "cat1.JPG", "case")]
    [InlineData("Cat1.jpg", "cat1.JPG", "case")]
    [InlineData("train/cat1.jpeg", "images/cat1.JPG", "folder and extension")]
    [InlineData("C:/pictures/cat1.jpg", "images/cat1.JPG", "folder and case")]
    public async Task A_row_that_nearly_names_a_file_is_offered_and_taken_only_if_asked_for(string row, string file, string difference)
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", $"file,label\n{row},cat\n");
        var labels = (await FindAsync(lake))!;

        Assert.Null(labels.Find(file).Label);
        var finding = Assert.Single(labels.Findings());
        Assert.Equal(WarningCode.UnmatchedRows, finding.Code);
        Assert.Equal($"none of the 1 files that it names is there; '{row}' (line 2) may be '{file}': they differ by {difference}. Say labels: {{ match: name }} to match files by their names alone", finding.Detail);

        var asked = (await FindAsync(lake, new LabelSpec(Match: "name")))!;
        Assert.Equal("cat", asked.Find(file).Label);
        Assert.Empty(asked.Findings());
    }

    [Fact]
    public async Task A_name_that_fits_two_files_stops_the_run()
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", "file,label\n1.png,cat\n");
        var labels = (await FindAsync(lake, new LabelSpec(Match: "name")))!;
        labels.Find("a/1.png");

        Assert.Contains("names '1.png', which fits 'a/1.png' and 'b/1.png'", Assert.Throws<PipelineException>(() => labels.Find("b/1.png")).Message);
    }

    [Fact]
    public async Task A_name_that_two_rows_have_is_not_taken_for_either()
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", "file,label\nx/1.png,cat\ny/1.png,dog\n");
        var labels = (await FindAsync(lake, new LabelSpec(Match: "name")))!;

        Assert.Null(labels.Find("z/1.png").Label);
        Assert.Equal("dog", labels.Find("y/1.png").Label);
    }

    [Fact]
    public async Task The_experiment_names_table_and_columns()
    {
        using var lake = new TestLake();
        lake.Drop("annotations.csv", "image_id,coarse_label,fine_label\na.png,fruit,apple\n");
        lake.Drop("labels.csv", "file,label\na.png,other\n");

        Assert.Equal("apple", (await FindAsync(lake, new LabelSpec("annotations.csv", "image_id", "fine_label")))!.Find("a.png").Label);
        Assert.Contains("has no column 'fine' as labels.column says; its columns are image_id, coarse_label, fine_label", await RefusalAsync(lake, new LabelSpec("annotations.csv", "image_id", "fine")));
        Assert.Contains("has no file 'other.csv' as labels.table says", await RefusalAsync(lake, new LabelSpec("other.csv")));
    }

    [Fact]
    public async Task Columns_that_look_like_labels_are_told()
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", "file,label,coarse_label,width\na.png,apple,fruit,3\n");
        var labels = (await FindAsync(lake))!;
        labels.Find("a.png");

        Assert.Equal(new Finding(WarningCode.LabelColumnNotUsed, 1, "coarse_label", "the labels are those of 'label'; if they are not, say labels: { column: coarse_label }"), Assert.Single(labels.Findings()));
    }

    [Fact]
    public async Task Metadata_that_are_not_about_labels_are_left_alone_and_told()
    {
        using var lake = new TestLake();
        lake.Drop("metadata.csv", "file_name,caption\na.png,a cat\n");

        Assert.Null(await FindAsync(lake));
        File.Delete(Path.Combine(lake.Folder, "metadata.csv"));
        lake.Drop("metadata.jsonl", "{\"file_name\":\"a.png\",\"text\":\"a cat\"}\n");
        Assert.Null(await FindAsync(lake));
    }

    [Fact]
    public async Task Two_tables_are_one_too_many_unless_the_experiment_names_one()
    {
        using var lake = new TestLake();
        lake.Drop("labels.jsonl", "{\"file\":\"a.png\",\"label\":\"cat\"}");
        lake.Drop("labels.csv", "file,label\na.png,dog\n");

        Assert.Contains("has labels.csv and labels.jsonl; there must be one table of labels", await RefusalAsync(lake));
        Assert.Equal("cat", (await FindAsync(lake, new LabelSpec("labels.jsonl")))!.Find("a.png").Label);
    }

    [Fact]
    public async Task Words_that_the_experiment_calls_missing_are_no_labels()
    {
        using var lake = new TestLake();
        lake.Drop("labels.csv", "file,label\na.png,nan\nb.png,\nc.png,cat\nc.png,N/A\n");
        var labels = (await FindAsync(lake, new LabelSpec(Missing: ["nan", "N/A", ""])))!;

        Assert.Equal([null, null, "cat"], new[] { "a.png", "b.png", "c.png" }.Select(file => labels.Find(file).Label));
        Assert.Empty(labels.Rejections());
        Assert.Empty(labels.Findings());
    }

    private static async Task<LabelTable?> FindAsync(TestLake lake, LabelSpec? spec = null)
    {
        var folder = new LocalFolder(lake.Folder);
        return await LabelTable.FindAsync(folder, [""], spec, 1 << 20);
    }

    private static async Task<string> RefusalAsync(TestLake lake, LabelSpec? spec = null) => (await Assert.ThrowsAsync<PipelineException>(() => FindAsync(lake, spec))).Message;
}
