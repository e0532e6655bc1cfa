using Pipeline.Contracts;

namespace Pipeline.Evaluation.Reporting;

/// <summary>What samples and the questions about them are called.</summary>
/// <param name="Alike">What two near-duplicates have in common: "nearly the same …".</param>
/// <param name="Content">What two duplicates have in common: "same … as another".</param>
/// <param name="Source">What has that: files of images, but any number of sequences in a file.</param>
/// <param name="Asked">What the pretext task asks about.</param>
/// <param name="Shown">What the encoder trained on.</param>
/// <param name="Raw">What the baseline sees.</param>
internal sealed record SampleWords(string Alike, string Content, string Source, string Asked, string Shown, string Raw)
{
    public static SampleWords Of(string modality) => modality switch
    {
        Modalities.Text => new("text", "text", "sample", "masked tokens", "tokens", "the words and pairs of words that are in a text (TF-IDF)"),
        Modalities.Dna or Modalities.Protein => new("sequence", "letters", "sample", "masked tokens", "tokens", "the letter at each position, or how often each short piece occurs"),
        _ => new("picture", "pixels", "file", "views", "views", "the pixels"),
    };
}
