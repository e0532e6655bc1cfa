using System.Text;
using Pipeline.Lake.Containers.Zip;
using Pipeline.Lake.Kinds;

namespace Pipeline.Lake.Containers;

/// <summary>Files that are zips inside and one document to everybody else, told by what lies in them: pictures and text in them are no
/// samples.</summary>
public static class OfficeDocuments
{
    private const string MimeType = "mimetype";
    private const int MostMimeType = 100;

    private static readonly Dictionary<string, string> OpenPackaging = new()
    {
        ["word/"] = "a Word document",
        ["xl/"] = "an Excel workbook",
        ["ppt/"] = "a PowerPoint presentation",
        ["visio/"] = "a Visio drawing",
    };

    private static readonly Dictionary<string, string> MimeTypes = new()
    {
        ["application/vnd.oasis.opendocument.text"] = "an OpenDocument text",
        ["application/vnd.oasis.opendocument.spreadsheet"] = "an OpenDocument spreadsheet",
        ["application/vnd.oasis.opendocument.presentation"] = "an OpenDocument presentation",
        ["application/vnd.oasis.opendocument.graphics"] = "an OpenDocument drawing",
        ["application/epub+zip"] = "an EPUB book",
    };

    // In this order: an Android package is a Java archive too.
    private static readonly (string Name, string Kind)[] Names =
    [
        ("AndroidManifest.xml", "an Android package"),
        ("META-INF/MANIFEST.MF", "a Java archive"),
        ("META-INF/mozilla.rsa", "a browser extension"),
        ("install.rdf", "a browser extension"),
    ];

    public static RejectionReason ReasonOf(LakeContent content) =>
        content == LakeContent.Images ? RejectionReason.NotAnImage : RejectionReason.NotText;

    /// <returns>For a person; null if the zip is no document.</returns>
    public static string? NameOf(FileRange zip)
    {
        var (isPackage, isApple) = (false, false);
        string? package = null, mime = null;
        var found = Names.Length;
        foreach (var (name, content) in ZipMembers.Contents(zip))
        {
            isPackage |= name == "[Content_Types].xml";
            isApple |= name.StartsWith("Index/", StringComparison.Ordinal) && name.EndsWith(".iwa", StringComparison.Ordinal);
            package ??= OpenPackaging.GetValueOrDefault(name[..(name.IndexOf('/') + 1)]);
            mime ??= name == MimeType ? MimeTypeOf(content()) : null;
            found = Array.FindIndex(Names, known => known.Name == name) is >= 0 and var at ? Math.Min(found, at) : found;
        }

        return isPackage ? package ?? "a package of the Office kind (OPC)"
            : mime is not null ? MimeTypes.GetValueOrDefault(mime, $"a document of the type {mime}")
            : isApple ? "a Pages, Numbers or Keynote document"
            : found < Names.Length ? Names[found].Kind
            : null;
    }

    /// <returns>Null if it is none of a document.</returns>
    private static string? MimeTypeOf(Stream? content)
    {
        using (content)
        {
            var bytes = new byte[MostMimeType];
            try
            {
                var read = content?.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) ?? 0;
                var text = Encoding.ASCII.GetString(bytes, 0, read).Trim();
                return text.StartsWith("application/", StringComparison.Ordinal) ? LakeNames.Shown(text) : null;
            }
            catch (InvalidDataException)
            {
                return null;
            }
        }
    }
}
