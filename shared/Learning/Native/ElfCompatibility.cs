using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Learning.Native;

/// <summary>Makes a copy of libLibTorchSharp.so that loads with a libstdc++ older than GCC 13's. The library asks for version
/// GLIBCXX_3.4.32 because of one import, <c>std::ios_base_library_init()</c>, which nothing calls into: it only has to exist. The copy
/// imports <c>std::ios_base::Init::Init()</c> of GLIBCXX_3.4 instead and marks the newer version as a weak need. Layout: System V ABI,
/// "Symbol Table"; LSB 5.0, "Symbol Versioning".</summary>
internal static class ElfCompatibility
{
    private const string Import = "_ZSt21ios_base_library_initv";
    private const string Substitute = "_ZNSt8ios_base4InitC1Ev";
    private const string NewVersion = "GLIBCXX_3.4.32";
    private const string OldVersion = "GLIBCXX_3.4";

    private const uint DynamicSymbols = 11;
    private const uint SymbolVersions = 0x6fffffff;
    private const uint VersionNeeds = 0x6ffffffe;
    private const ushort WeakNeed = 2;

    private sealed record Section(uint Type, int Offset, int Size, int Link, int Count);

    /// <param name="library">The bytes of a 64-bit little-endian shared object; changed in place.</param>
    /// <returns>False when the library has no such import and so needs no help.</returns>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static bool Apply(byte[] library)
    {
        try
        {
            return Patch(library);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("It is cut short, or lacks the tables of a shared object.", error);
        }
    }

    private static bool Patch(byte[] library)
    {
        var sections = ReadSections(library);
        var symbols = sections.Single(section => section.Type == DynamicSymbols);
        var versions = sections.Single(section => section.Type == SymbolVersions);
        var needs = sections.Single(section => section.Type == VersionNeeds);
        var names = sections[symbols.Link];

        var oldIndex = NeedOf(library, needs, names, OldVersion) ?? throw new InvalidDataException($"It needs no {OldVersion}.");
        if (NeedOf(library, needs, names, NewVersion) is not { } newNeed)
            return false;

        for (var index = 0; index < symbols.Size / 24; index++)
        {
            var name = names.Offset + (int)UInt32(library, symbols.Offset + (24 * index));
            if (TextAt(library, name) != Import)
                continue;

            // The substitute is shorter, so it fits in place of the old name.
            Encoding.ASCII.GetBytes(Substitute + '\0').CopyTo(library, name);
            BinaryPrimitives.WriteUInt16LittleEndian(library.AsSpan(versions.Offset + (2 * index)), UInt16(library, oldIndex + 6));
            BinaryPrimitives.WriteUInt16LittleEndian(library.AsSpan(newNeed + 4), (ushort)(UInt16(library, newNeed + 4) | WeakNeed));
            return true;
        }

        return false;
    }

    private static List<Section> ReadSections(byte[] file)
    {
        if (file.Length < 64 || !file.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException("It is not a 64-bit little-endian ELF file.");

        var table = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(40));
        var entrySize = UInt16(file, 58);
        return
        [
            .. Enumerable.Range(0, UInt16(file, 60)).Select(i => table + (i * entrySize)).Select(at => new Section(
                UInt32(file, at + 4),
                (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at + 24)),
                (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at + 32)),
                (int)UInt32(file, at + 40),
                (int)UInt32(file, at + 44))),
        ];
    }

    /// <returns>Offset of the Vernaux entry of the version; null when nothing needs it.</returns>
    private static int? NeedOf(byte[] file, Section needs, Section names, string version)
    {
        var need = needs.Offset;
        for (var i = 0; i < needs.Count; i++)
        {
            var entry = need + (int)UInt32(file, need + 8);
            for (var j = 0; j < UInt16(file, need + 2); j++)
            {
                if (TextAt(file, names.Offset + (int)UInt32(file, entry + 8)) == version)
                    return entry;

                entry += (int)UInt32(file, entry + 12);
            }

            need += (int)UInt32(file, need + 12);
        }

        return null;
    }

    private static string TextAt(byte[] file, int offset) =>
        Encoding.ASCII.GetString(file, offset, Array.IndexOf(file, (byte)0, offset) - offset);

    private static ushort UInt16(byte[] file, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(offset));

    private static uint UInt32(byte[] file, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(offset));
}
