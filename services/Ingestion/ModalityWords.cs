using System.Diagnostics;
using Pipeline.Contracts;

namespace Pipeline.Ingestion;

/// <summary>How messages speak of samples.</summary>
/// <param name="Sample">What one is.</param>
/// <param name="Content">What makes two of them the same.</param>
/// <param name="Valid">Files that can be used.</param>
internal sealed record ModalityWords(string Sample, string Content, string Valid)
{
    public static ModalityWords Of(string modality) => modality switch
    {
        Modalities.Image => new("picture", "the same pixels", "JPEG, PNG, GIF, BMP and WebP files of more than one colour"),
        Modalities.Text => new("text", "the same texts", "files of text in UTF-8, or UTF-16 with a byte order mark, JSON lines with text, and CSV and TSV with a column text, each plain or in gzip, and Parquet and Arrow files with one"),
        Modalities.Dna => new("sequence", "the same bases", "FASTA and FASTQ files of DNA, JSON lines with sequence, and CSV and TSV with a column sequence, each plain or in gzip, and Parquet and Arrow files with one"),
        Modalities.Protein => new("sequence", "the same residues", "FASTA and FASTQ files of proteins, JSON lines with sequence, and CSV and TSV with a column sequence, each plain or in gzip, and Parquet and Arrow files with one"),
        _ => throw new UnreachableException($"'{modality}' is no modality."),
    };
}
