namespace Pipeline.Ingestion;

/// <summary>When libturbojpeg decodes JPEG.</summary>
public enum TurboJpegUse
{
    /// <summary>Where the machine that plans the import has it.</summary>
    Auto,

    /// <summary>Never.</summary>
    Off,
}
