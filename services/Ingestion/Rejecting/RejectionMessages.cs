namespace Pipeline.Ingestion.Rejecting;

/// <summary>A sentence for each reason: what is wrong, and what became of it.</summary>
internal static class RejectionMessages
{
    private static readonly Dictionary<RejectionReason, string> Sentences = new()
    {
        [RejectionReason.Empty] = "the file has no bytes",
        [RejectionReason.Unreadable] = "the system did not let it be read",
        [RejectionReason.NotAnImage] = "the content is neither JPEG, PNG, GIF, BMP nor WebP",
        [RejectionReason.Corrupt] = "the file is cut short or damaged",
        [RejectionReason.TooLarge] = "it is larger than the limits allow",
        [RejectionReason.SideRatio] = "one side of the image is too long for the other",
        [RejectionReason.Blank] = "the image is of one colour",
        [RejectionReason.UnknownFile] = "there is a label for a file that is not there",
        [RejectionReason.EmptyLabel] = "the label is empty; the file is used without one",
        [RejectionReason.TwoLabels] = "the file has two labels; it is used without one",
        [RejectionReason.BadLabel] = "the label is of a kind that is not used; the sample is used without one",
        [RejectionReason.ConflictingLabels] = "samples with the same content are labelled differently; one is used, without what differs",
        [RejectionReason.UnsafeName] = "the name leads out of the dataset, or holds what no name should",
        [RejectionReason.NotAFile] = "it is not a file",
        [RejectionReason.Encrypted] = "the content is encrypted",
        [RejectionReason.NestedArchive] = "an archive in an archive in an archive is not opened",
        [RejectionReason.DuplicateName] = "the archive has a member of that name already",
        [RejectionReason.Unsupported] = "it is packed by a method that is not read",
        [RejectionReason.InvalidEncoding] = "the text is neither UTF-8 nor UTF-16",
        [RejectionReason.LineTooLong] = "the line is longer than the limits allow",
        [RejectionReason.SequenceTooLong] = "the document is longer than the limits allow",
        [RejectionReason.EmptySample] = "the document is empty, or nothing is left of it once it is normalised",
        [RejectionReason.NotText] = "the content is no text",
        [RejectionReason.WrongAlphabet] = "the letters are not those of the dataset's sequences",
        [RejectionReason.MalformedRecord] = "the record is against the rules of its format",
        [RejectionReason.TooManyMembers] = "the archive has more members than the limits allow; those before are used",
        [RejectionReason.UnpacksTooLarge] = "the archive unpacks to more than the limits allow; what came before is used",
    };

    /// <summary>What these mean depends on what the samples are, so that a detail, where there is one, is the whole sentence.</summary>
    private static readonly HashSet<RejectionReason> SaidByDetail = [RejectionReason.Blank, RejectionReason.Empty, RejectionReason.EmptySample];

    /// <param name="detail">Null where there is nothing to add.</param>
    public static string Of(RejectionReason reason, string? detail) =>
        detail is null ? Sentences[reason]
        : SaidByDetail.Contains(reason) ? detail
        : $"{Sentences[reason]}: {detail}";
}
