using System.Security.Cryptography;
using Pipeline.Artifacts;
using Xunit;

namespace Pipeline.Tests.Unit.Artifacts;

public sealed class ContentKeyTests
{
    private static readonly PretrainingSpec Settings = new();

    [Fact]
    public void Equal_work_has_an_equal_key() =>
        Assert.Equal(Key(ArtifactKinds.Pretraining, 1, "sha256:1", Settings), Key(ArtifactKinds.Pretraining, 1, "sha256:1", Settings with { }));

    [Fact]
    public void Whatever_differs_gives_another_key()
    {
        string[] keys =
        [
            Key(ArtifactKinds.Pretraining, 1, "sha256:1", Settings),
            Key(ArtifactKinds.Trial, 1, "sha256:1", Settings),
            Key(ArtifactKinds.Pretraining, 2, "sha256:1", Settings),
            Key(ArtifactKinds.Pretraining, 1, "sha256:2", Settings),
            Key(ArtifactKinds.Pretraining, 1, "sha256:1", Settings with { Epochs = 5 }),
            Key(ArtifactKinds.Pretraining, 1, "sha256:1", Settings with { LearningRate = Math.BitIncrement(Settings.LearningRate) }),
            Key(ArtifactKinds.Pretraining, 1, "sha256:1", Settings with { Augmentation = new() }),
            Key(ArtifactKinds.Pretraining, 1, "sha256:1", Settings with { Seed = ulong.MaxValue }),
        ];

        Assert.Distinct(keys);
        Assert.All(keys, key => Assert.Matches("^[0-9a-f]{64}$", key));
    }

    [Fact]
    public void The_key_is_the_digest_of_compact_json() =>
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData("""{"kind":"pseudo-labels","format":3,"madeFrom":{"input":"sha256:1","rate":0.003}}"""u8)),
            ContentKey.Of(ArtifactKinds.PseudoLabels, 3, new { Input = "sha256:1", Rate = 3e-3 }));

    private static string Key(string kind, int format, string input, PretrainingSpec settings) =>
        ContentKey.Of(kind, format, new { input, settings });
}
