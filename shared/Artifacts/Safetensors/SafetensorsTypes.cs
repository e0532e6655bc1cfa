namespace Pipeline.Artifacts.Safetensors;

/// <summary>Element types of the format that the pipeline uses. Names as in the file.</summary>
public enum SafetensorsType
{
    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>32-bit IEEE float.</summary>
    F32,

    /// <summary>64-bit IEEE float.</summary>
    F64,
}

/// <summary>One tensor of a file: little-endian, C order.</summary>
/// <param name="Offset">Of its first byte, from the start of the data.</param>
/// <param name="Bytes">Its length.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Offset, long Bytes);
