using Pipeline.Ingestion;

namespace Pipeline.Local.Results;

/// <summary>A file that could not be used, or a label that could not: a line of JSON.</summary>
/// <param name="Path">Below the dropped folder; a member of an archive as <c>archive!/member</c>, a row of a table as <c>table!/row</c>, an image of an IDX file as <c>file#number</c>.</param>
/// <param name="Reason">Its code, from the closed list of docs/rejections.md.</param>
/// <param name="Message">For a person.</param>
internal sealed record RejectedLine(string Dataset, string Path, string Reason, string Message)
{
    public static RejectedLine Of(string dataset, Rejection rejection) =>
        new(dataset, rejection.Path, Rejection.NameOf(rejection.Reason), rejection.Message);
}
