namespace Pipeline.Ingestion;

/// <summary>When libturbojpeg decodes the JPEGs that the program does not decode itself.</summary>
public enum TurboJpegUse
{
    /// <summary>Where the machine that plans the import has it.</summary>
    Auto,

    /// <summary>Never.</summary>
    Off,
}
