using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Tests.Unit.Artifacts.Safetensors;

/// <summary>Files built by hand, as the format's description has them, without the writer under test.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, params byte[] data) => Of(Encoding.UTF8.GetBytes(header), data);

    public static byte[] Of(byte[] header, params byte[] data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. header, .. data];
    }
}
