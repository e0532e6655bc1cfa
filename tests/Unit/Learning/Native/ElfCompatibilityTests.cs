using System.Text;
using Pipeline.Learning.Native;
using Xunit;

namespace Pipeline.Tests.Unit.Learning.Native;

public sealed class ElfCompatibilityTests
{
    private const string Import = "_ZSt21ios_base_library_initv";
    private const string Substitute = "_ZNSt8ios_base4InitC1Ev";

    [Fact]
    public void A_patched_library_differs_in_one_name_and_the_few_bytes_of_its_version()
    {
        var original = Library();
        var patched = original.ToArray();

        Assert.True(ElfCompatibility.Apply(patched));

        var name = original.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Import + '\0'));
        Assert.Equal(Substitute + '\0', Encoding.ASCII.GetString(patched, name, Substitute.Length + 1));
        var elsewhere = Enumerable.Range(0, original.Length)
            .Where(i => original[i] != patched[i] && (i < name || i >= name + Import.Length))
            .ToList();
        Assert.InRange(elsewhere.Count, 2, 3);
        Assert.Equal(original.Length, patched.Length);
    }

    [Fact]
    public void A_patched_library_needs_the_newer_version_weakly_and_all_others_as_before()
    {
        var original = Library();
        var patched = original.ToArray();
        ElfCompatibility.Apply(patched);

        var before = Needs(original);
        var after = Needs(patched);

        Assert.Equal(0, before["GLIBCXX_3.4.32"]);
        Assert.Equal(2, after["GLIBCXX_3.4.32"]);
        Assert.Equal(before.Where(need => need.Key != "GLIBCXX_3.4.32"), after.Where(need => need.Key != "GLIBCXX_3.4.32"));
    }

    [Fact]
    public void A_patched_library_is_patched_no_more()
    {
        var library = Library();
        ElfCompatibility.Apply(library);
        var once = library.ToArray();

        Assert.False(ElfCompatibility.Apply(library));
        Assert.Equal(once, library);
    }

    [Fact]
    public void A_library_that_is_cut_short_is_refused()
    {
        var library = Library();

        foreach (var length in new[] { 0, 5, 63, 64, 1000, library.Length / 2, library.Length - 64 })
            Assert.Throws<InvalidDataException>(() => ElfCompatibility.Apply(library[..length]));
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        var noise = new byte[4096];
        new Random(1).NextBytes(noise);
        var noiseWithMagic = noise.ToArray();
        "\u007fELF\u0002\u0001"u8.CopyTo(noiseWithMagic);
        var thirtyTwoBits = Library();
        thirtyTwoBits[4] = 1;

        Assert.Throws<InvalidDataException>(() => ElfCompatibility.Apply(noise));
        Assert.Throws<InvalidDataException>(() => ElfCompatibility.Apply(noiseWithMagic));
        Assert.Throws<InvalidDataException>(() => ElfCompatibility.Apply(thirtyTwoBits));
        Assert.Throws<InvalidDataException>(() => ElfCompatibility.Apply("#!/bin/sh\n"u8.ToArray()));
    }

    private static byte[] Library()
    {
        string[] folders = [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native")];
        var path = folders.Select(folder => Path.Combine(folder, "libLibTorchSharp.so")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, "This system's TorchSharp is no ELF library.");
        return File.ReadAllBytes(path);
    }

    /// <summary>Flags of each version that the library needs of libstdc++, read through the dynamic section, as the loader does,
    /// and not through the sections.</summary>
    private static Dictionary<string, int> Needs(byte[] file)
    {
        const ulong Strings = 5, VersionNeeds = 0x6ffffffe, VersionNeedCount = 0x6fffffff;
        var reader = new BinaryReader(new MemoryStream(file));
        ulong At(long offset) => BitConverter.ToUInt64(file, (int)offset);
        var segments = Enumerable.Range(0, BitConverter.ToUInt16(file, 56))
            .Select(i => (long)At(32) + (i * BitConverter.ToUInt16(file, 54)))
            .ToList();
        long Offset(ulong address) => segments.Where(at => BitConverter.ToUInt32(file, (int)at) == 1)
            .Where(at => address >= At(at + 16) && address < At(at + 16) + At(at + 32))
            .Select(at => (long)(address - At(at + 16) + At(at + 8))).First();

        var dynamic = (long)At(segments.Single(at => BitConverter.ToUInt32(file, (int)at) == 2) + 8);
        var tags = new Dictionary<ulong, ulong>();
        for (var at = dynamic; At(at) != 0; at += 16)
            tags[At(at)] = At(at + 8);

        var names = Offset(tags[Strings]);
        string Name(long offset)
        {
            var start = (int)(names + offset);
            return Encoding.ASCII.GetString(file, start, Array.IndexOf(file, (byte)0, start) - start);
        }

        var needs = new Dictionary<string, int>();
        var need = Offset(tags[VersionNeeds]);
        for (var i = 0UL; i < tags[VersionNeedCount]; i++)
        {
            reader.BaseStream.Position = need;
            _ = reader.ReadUInt16();
            var count = reader.ReadUInt16();
            var library = Name(reader.ReadUInt32());
            var entry = need + reader.ReadUInt32();
            var next = reader.ReadUInt32();
            for (var j = 0; j < count; j++)
            {
                reader.BaseStream.Position = entry;
                _ = reader.ReadUInt32();
                var flags = reader.ReadUInt16();
                _ = reader.ReadUInt16();
                var version = Name(reader.ReadUInt32());
                entry += reader.ReadUInt32();
                if (library.StartsWith("libstdc++", StringComparison.Ordinal))
                    needs.Add(version, flags);
            }

            need += next;
        }

        return needs;
    }
}
