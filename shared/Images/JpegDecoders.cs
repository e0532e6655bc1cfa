using Pipeline.Contracts;

namespace Pipeline.Images;

/// <summary>
/// The names of what decodes the JPEGs that <see cref="Jpeg.BaselineDecoder"/> does not: those that are small or of rarer kinds. They differ in single bits and in which
/// damaged files they notice, so the name is part of a dataset version's key, and whoever takes part in an import uses the one that was planned. A decoder that makes other
/// pixels than before, that of the program itself too, takes another name.
/// </summary>
public static class JpegDecoders
{
    public const string Skia = "skia3";

    public const string TurboJpeg = "turbojpeg2";

    public static string Choose(TurboJpegUse use) => use == TurboJpegUse.Auto && TurboJpegLibrary.Found is not null ? TurboJpeg : Skia;

    /// <param name="name">As planned.</param>
    /// <returns>The library that it takes; null for Skia.</returns>
    /// <exception cref="PipelineException">This machine lacks it.</exception>
    internal static TurboJpegLibrary? Library(string name) => name switch
    {
        Skia => null,
        TurboJpeg => TurboJpegLibrary.Found ?? throw new PipelineException(
            $"The import was planned with the JPEG decoder '{name}', and this machine has no {TurboJpegLibrary.FileName}. " +
            "Install it (Debian: libturbojpeg0) on every machine that imports, or set 'Ingestion:TurboJpeg' to 'off' on all of them and request the run again."),
        _ => throw new PipelineException($"'{name}' is no JPEG decoder; valid are '{Skia}' and '{TurboJpeg}'."),
    };
}

/// <summary>When libturbojpeg decodes the JPEGs that the program does not decode itself.</summary>
public enum TurboJpegUse
{
    /// <summary>Where the machine that plans the import has it.</summary>
    Auto,

    /// <summary>Never.</summary>
    Off,
}
