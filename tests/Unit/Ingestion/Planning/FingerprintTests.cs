using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Pipeline.Tests.Unit.Ingestion.Planning;

public class FingerprintTests
{
    /// <summary>Another fingerprint would make every dataset version that is there another one.</summary>
    [Fact]
    public async Task A_fingerprint_is_the_digest_of_paths_lengths_and_digests_in_ordinal_order()
    {
        using var lake = new TestLake();
        lake.Drop("b/two.png", "two");
        lake.Drop("a-b.png", "three");
        lake.Drop("a/é.png", "");
        lake.Drop("labels.csv", "file,label\nb/two.png,b\n");


        string[] paths = ["labels.csv", "a-b.png", "a/é.png", "b/two.png"];
        var lines = paths.Select(path => (Path: path, Content: File.ReadAllBytes(Path.Combine(lake.Folder, path))))
            .Select(file => $"{file.Path}\0{file.Content.Length}\0{Convert.ToHexStringLower(SHA256.HashData(file.Content))}\n");
        var expected = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
        Assert.Equal(expected, await lake.FingerprintAsync());
        Assert.Equal("cc183c2adc7db3d48854702cf261f2278a8b094423afebd16f32d8a5f2db71ea", expected);
    }
}
