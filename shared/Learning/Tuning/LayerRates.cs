using Pipeline.Learning.Encoders;

namespace Pipeline.Learning.Tuning;

/// <summary>How fast each layer of a classifier is tuned, over its head.</summary>
public static class LayerRates
{
    /// <param name="parameter">As <see cref="Classifier"/> names it: <c>encoder.conv1.weight</c>.</param>
    /// <param name="decay">From a layer to the one below it.</param>
    /// <returns><paramref name="decay"/> to the number of layers above; 1 for the head.</returns>
    public static double Of(Encoder encoder, string parameter, double decay)
    {
        const string Prefix = "encoder.";
        if (!parameter.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return 1;
        }

        var depth = encoder.Layers.Index().First(layer => layer.Item.Any(module => parameter.StartsWith($"{Prefix}{module}.", StringComparison.Ordinal))).Index;
        return Math.Pow(decay, encoder.Layers.Count - depth);
    }
}
