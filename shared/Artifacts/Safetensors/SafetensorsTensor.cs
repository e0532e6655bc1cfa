using System.Runtime.InteropServices;

namespace Pipeline.Artifacts.Safetensors;

/// <summary>A tensor to be written.</summary>
/// <param name="Data">Its elements, little-endian, C order.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>The elements one piece after another, instead of <see cref="Data"/>, where they are too many for memory.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>>? Pieces { get; init; }

    /// <summary>By type and shape.</summary>
    /// <exception cref="OverflowException">The shape has more elements than a long can count.</exception>
    internal long Bytes => checked(SafetensorsElement.Elements(Shape) * Type.Size());

    /// <summary>Copies the values.</summary>
    /// <param name="shape">As many elements as there are values; none for a single number.</param>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public static SafetensorsTensor Of<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        var sizes = shape.ToArray();
        if (Array.Exists(sizes, size => size < 0) || SafetensorsElement.Elements(sizes) != values.Length)
            throw new ArgumentException(
                $"'{name}' has {values.Length} values; the shape [{string.Join(", ", sizes)}] does not hold as many.");

        return new SafetensorsTensor(name, SafetensorsElement.Of<T>(), sizes, MemoryMarshal.AsBytes(values).ToArray());
    }

    /// <summary>Copies the values into a tensor of one dimension.</summary>
    public static SafetensorsTensor Row<T>(string name, IEnumerable<T> values) where T : unmanaged =>
        values.ToArray() is var all ? Of<T>(name, all, all.Length) : null!;
}

/// <summary>Element types of the format, in its own names. The pipeline writes U8, I32, I64, F32 and F64.</summary>
public enum SafetensorsType { BOOL, U8, I8, U16, I16, F16, BF16, U32, I32, F32, U64, I64, F64 }

/// <summary>One tensor of a file: little-endian, C order.</summary>
/// <param name="Offset">Of its first byte, from the start of the data.</param>
/// <param name="Bytes">Its length.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Offset, long Bytes);

/// <summary>Element types, as the language has them.</summary>
internal static class SafetensorsElement
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.BOOL or SafetensorsType.U8 or SafetensorsType.I8 => 1,
        SafetensorsType.U16 or SafetensorsType.I16 or SafetensorsType.F16 or SafetensorsType.BF16 => 2,
        SafetensorsType.U32 or SafetensorsType.I32 or SafetensorsType.F32 => 4,
        _ => 8,
    };

    public static SafetensorsType Of<T>() where T : unmanaged => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Boolean => SafetensorsType.BOOL,
        TypeCode.Byte => SafetensorsType.U8,
        TypeCode.SByte => SafetensorsType.I8,
        TypeCode.UInt16 => SafetensorsType.U16,
        TypeCode.Int16 => SafetensorsType.I16,
        TypeCode.UInt32 => SafetensorsType.U32,
        TypeCode.Int32 => SafetensorsType.I32,
        TypeCode.Single => SafetensorsType.F32,
        TypeCode.UInt64 => SafetensorsType.U64,
        TypeCode.Int64 => SafetensorsType.I64,
        TypeCode.Double => SafetensorsType.F64,
        _ when typeof(T) == typeof(Half) => SafetensorsType.F16,
        _ => throw new NotSupportedException($"Safetensors files have no elements of type {typeof(T).Name}."),
    };

    /// <summary>Elements of a shape; 1 for the empty shape.</summary>
    public static long Elements(IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => checked(product * size));
}
