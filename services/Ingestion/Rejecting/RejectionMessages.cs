namespace Pipeline.Ingestion.Rejecting;

/// <summary>A sentence for each reason: what is wrong, and what became of it.</summary>
internal static class RejectionMessages
{
    private static readonly Dictionary<RejectionReason, string> Sentences = new()
    {
        [RejectionReason.Empty] = "the file has no bytes",
        [RejectionReason.Unreadable] = "the system did not let the file be read",
        [RejectionReason.NotAnImage] = "the content is neither JPEG, PNG, GIF, BMP nor WebP",
        [RejectionReason.Corrupt] = "the file is cut short or damaged",
        [RejectionReason.TooLarge] = "the file is larger than the limits allow",
        [RejectionReason.SideRatio] = "the image is too long for its width, or too high",
        [RejectionReason.Blank] = "the image is of one colour, or no letter of the sequence is known",
        [RejectionReason.UnknownFile] = "there is a label for a file that is not there",
        [RejectionReason.EmptyLabel] = "the label is empty; the file is used without one",
        [RejectionReason.TwoLabels] = "the file has two labels; it is used without one",
        [RejectionReason.BadLabel] = "the label is of a kind that is not used; the sample is used without one",
        [RejectionReason.ConflictingLabels] = "samples with the same content have different labels or tags; one is used, without these",
        [RejectionReason.UnsafeName] = "the name leads out of the dataset, or holds what no name should",
        [RejectionReason.NotAFile] = "the archive has a link or a device of that name",
        [RejectionReason.Encrypted] = "the content is encrypted",
        [RejectionReason.NestedArchive] = "an archive in an archive in an archive is not opened",
        [RejectionReason.DuplicateName] = "the archive has a member of that name already",
        [RejectionReason.Unsupported] = "it is packed by a method that is not read",
        [RejectionReason.InvalidEncoding] = "the text is neither UTF-8 nor UTF-16",
        [RejectionReason.LineTooLong] = "the line is longer than the limits allow",
        [RejectionReason.SequenceTooLong] = "the document is longer than the limits allow",
        [RejectionReason.EmptySample] = "nothing is left of the document once it is normalised",
        [RejectionReason.NotText] = "the content is no text",
        [RejectionReason.WrongAlphabet] = "the letters are not those of the dataset's sequences",
        [RejectionReason.MalformedRecord] = "the record is against the rules of its format",
        [RejectionReason.TooManyMembers] = "the archive has more members than the limits allow; those before are used",
        [RejectionReason.UnpacksTooLarge] = "the archive unpacks to more than the limits allow; what came before is used",
    };

    /// <param name="detail">Null where there is nothing to add.</param>
    public static string Of(RejectionReason reason, string? detail) => detail is null ? Sentences[reason] : $"{Sentences[reason]}: {detail}";
}
