using System.Runtime.InteropServices;

namespace Pipeline.Artifacts.Safetensors;

/// <summary>A tensor to be written.</summary>
/// <param name="Data">Its elements, little-endian, C order.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>Copies the values.</summary>
    /// <param name="shape">As many elements as there are values; none for a single number.</param>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public static SafetensorsTensor Of<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        var sizes = shape.ToArray();
        if (Array.Exists(sizes, size => size < 0) || SafetensorsElement.Elements(sizes) != values.Length)
        {
            throw new ArgumentException($"'{name}' has {values.Length} values; the shape [{string.Join(", ", sizes)}] does not hold as many.");
        }

        return new SafetensorsTensor(name, SafetensorsElement.Of<T>(), sizes, MemoryMarshal.AsBytes(values).ToArray());
    }
}
