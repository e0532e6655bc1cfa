using Pipeline.Tests.Unit.Ingestion;
using Xunit;

namespace Pipeline.Tests.Unit.Lake.Containers;

public class OfficeDocumentsTests
{
    public static TheoryData<string, string> Kinds => new()
    {
        { "[Content_Types].xml word/document.xml", "a Word document" },
        { "docProps/thumbnail.jpeg xl/workbook.xml [Content_Types].xml", "an Excel workbook" },
        { "ppt/media/image1.png [Content_Types].xml", "a PowerPoint presentation" },
        { "[Content_Types].xml visio/document.xml", "a Visio drawing" },
        { "[Content_Types].xml tool.nuspec", "a package of the Office kind (OPC)" },
        { "mimetype=application/vnd.oasis.opendocument.text content.xml", "an OpenDocument text" },
        { "mimetype=application/vnd.oasis.opendocument.spreadsheet content.xml", "an OpenDocument spreadsheet" },
        { "mimetype=application/epub+zip images/cover.png", "an EPUB book" },
        { "META-INF/MANIFEST.MF icon.png", "a Java archive" },
        { "META-INF/MANIFEST.MF AndroidManifest.xml res/icon.png", "an Android package" },
        { "Index/Document.iwa preview.jpg", "a Pages, Numbers or Keynote document" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_document_is_one_rejection_wherever_it_lies(string members, string kind)
    {
        using var lake = new TestLake();
        var document = Document(members);
        var inner = Archives.Zip(("deep/b", document));
        lake.DropPictures("cat", 20, 0);
        lake.Drop("document", document);
        lake.Drop("cat/a.png", document);
        lake.Drop("more.tar", Archives.Tar(("cat/x.png", Pictures.Png(500)), ("cat/letter", document), ("cat/inner", inner)));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(21, dataset.Summary.Samples);
        Assert.Equal(["cat"], dataset.Classes);
        Assert.Equal(
            new[] { "cat/a.png", "document", "more.tar!/cat/inner!/deep/b", "more.tar!/cat/letter" }.Select(path => (path, RejectionReason.NotAnImage, (string?)kind)),
            (await lake.RejectionsAsync(dataset)).Select(rejection => (rejection.Path, rejection.Reason, rejection.Detail)).OrderBy(rejection => rejection.Path, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Among_texts_a_document_is_no_text()
    {
        using var lake = Texts.Of(Modalities.Text, window: 500);
        var random = new Random(1);
        for (var i = 0; i < 40; i++)
        {
            lake.Drop($"a/{i}.txt", Texts.Words(random, 20));
        }

        lake.Drop("a/letter.docx", Document("[Content_Types].xml word/document.xml"));

        var rejection = Assert.Single(await lake.RejectionsAsync(await lake.ImportAllAsync()));

        Assert.Equal(("a/letter.docx", RejectionReason.NotText, "a Word document"), (rejection.Path, rejection.Reason, rejection.Detail));
    }

    [Fact]
    public async Task A_zip_of_pictures_with_a_document_in_it_is_opened()
    {
        using var lake = new TestLake();
        lake.Drop("data.zip", Archives.Zip([
            .. Enumerable.Range(0, 20).Select(i => ($"cat/{i}.png", Pictures.Png(i))),
            ("cat/letter.docx", Document("[Content_Types].xml word/document.xml")),
            ("cat/unpacked/[Content_Types].xml", Archives.Text("<x/>")),
            ("mimetype", Pictures.Png(50))]));

        var dataset = await lake.ImportAllAsync();

        Assert.Equal(21, dataset.Summary.Samples);
        Assert.Equal(["a Word document", "a text"], (await lake.RejectionsAsync(dataset)).Select(rejection => rejection.Detail).Order());
    }

    private static byte[] Document(string members) => Archives.Zip([
        .. members.Split(' ').Select(member => member.Split('=')).Select(member => (member[0], member.Length > 1 ? Archives.Text(member[1]) : member[0].EndsWith('g') ? Pictures.Png(700) : Archives.Text("<?xml version=\"1.0\"?><x/>")))]);
}
