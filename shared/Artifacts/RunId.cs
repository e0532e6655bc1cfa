using System.Security.Cryptography;
using System.Text;
using Pipeline.Contracts;

namespace Pipeline.Artifacts;

/// <summary>A run's name: from the experiment and the dataset version, so that one drop gives exactly one run.</summary>
public static class RunId
{
    /// <returns>The experiment's name, <c>-</c> and twelve hex digits.</returns>
    public static string Of(string experimentName, ArtifactReference experiment, ArtifactReference dataset)
    {
        // The dataset's key, which is made of its content; its manifest also tells of compute seconds, which differ from time to time.
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{experiment.Digest}\n{dataset.Key}"));
        return $"{experimentName}-{Convert.ToHexStringLower(digest)[..12]}";
    }
}
