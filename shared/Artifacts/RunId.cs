using System.Security.Cryptography;
using System.Text;
using Pipeline.Contracts;

namespace Pipeline.Artifacts;

/// <summary>A run is named by what it is made of: the same experiment over the same dataset version is the same run, however often it is asked for.</summary>
public static class RunId
{
    private const int Digits = 12;

    /// <param name="datasetDigest">Of the dataset's manifest.</param>
    /// <returns>The experiment's name, <c>-</c>, and twelve hex digits.</returns>
    public static string Of(Experiment experiment, ArtifactReference experimentReference, string datasetDigest)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{experimentReference.Digest}\n{datasetDigest}"));
        return $"{experiment.Name}-{Convert.ToHexStringLower(digest)[..Digits]}";
    }
}
