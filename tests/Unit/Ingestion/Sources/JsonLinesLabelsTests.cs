using Pipeline.Contracts;
using Pipeline.Ingestion;
using Pipeline.Ingestion.Lakes;
using Pipeline.Ingestion.Sources;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Sources;

public class JsonLinesLabelsTests
{
    [Fact]
    public async Task Each_line_names_a_file_its_label_and_its_split()
    {
        using var lake = new Lake();
        lake.Drop("labels.jsonl", "{\"file\":\"./a.png\",\"label\":\"cat\",\"split\":\"test\"}\r\n\n{\"file\":\"b.png\",\"label\":7}\n{\"file\":\"c.png\"}\n{\"file\":\"a.png\",\"label\":\"dog\",\"split\":\"test\"}\n{\"file\":\"x.png\",\"label\":\"cat\"}");
        var labels = (await LabelTable.FindAsync(new LocalFolder(lake.Folder)))!;

        Assert.Equal(new FileLabel(null, Split.Test), labels.Find("a.png"));
        Assert.Equal(new FileLabel("7", null), labels.Find("b.png"));
        Assert.Equal(default, labels.Find("c.png"));
        Assert.Equal(
            [("a.png", RejectionReason.TwoLabels), ("c.png", RejectionReason.EmptyLabel), ("x.png", RejectionReason.UnknownFile)],
            labels.Rejections().Select(rejection => (rejection.Path, rejection.Reason)));
    }

    [Theory]
    [InlineData("{\"file\":\"a.png\",\"label\":\"cat\"}\n{\"file\":\"b.png\",", "line 2 is '{\"file\":\"b.png\",'; valid is an object")]
    [InlineData("[1]", "line 1 is '[1]'")]
    [InlineData("{\"label\":\"cat\"}", "line 1 is")]
    [InlineData("{\"file\":\"a.png\",\"label\":[1]}", "line 1 is")]
    [InlineData("{\"file\":\"a.png\",\"label\":\"cat\",\"split\":\"tset\"}", "line 1 names the split 'tset'")]
    public async Task A_line_that_cannot_be_trusted_is_named(string table, string message)
    {
        using var lake = new Lake();
        lake.Drop("labels.jsonl", table);

        Assert.Contains(message, (await Assert.ThrowsAsync<PipelineException>(() => LabelTable.FindAsync(new LocalFolder(lake.Folder)))).Message);
    }

    [Fact]
    public async Task Two_tables_are_one_too_many()
    {
        using var lake = new Lake();
        lake.Drop("labels.jsonl", "");
        lake.Drop("labels.csv", "file,label\n");

        Assert.Contains("labels.csv and labels.jsonl; valid is one", (await Assert.ThrowsAsync<PipelineException>(() => LabelTable.FindAsync(new LocalFolder(lake.Folder)))).Message);
    }
}
