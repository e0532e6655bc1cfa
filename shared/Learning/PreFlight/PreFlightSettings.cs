namespace Pipeline.Learning.PreFlight;

/// <summary>What the pre-flight looks at. Part of its content key: other settings measure anew.</summary>
/// <param name="MostSamples">Training samples to look at.</param>
/// <param name="FewestSamples">Below that, linear models are not measured: their intervals would say nothing.</param>
/// <param name="MostBytes">Pixels to look at: larger images are fewer, but never below <paramref name="LargeSamples"/>.</param>
/// <param name="LargeSamples">What is looked at of the largest images.</param>
/// <param name="LeastShards">Sample shards to draw from, themselves drawn; more where these hold fewer samples than are to be looked at.</param>
/// <param name="Ridge">Ridge penalty over the number of rows, features having deviation 1.</param>
/// <param name="Seed">Draws shards and samples.</param>
public sealed record PreFlightSettings(
    int MostSamples = 2000,
    int FewestSamples = 40,
    long MostBytes = 128L << 20,
    int LargeSamples = 200,
    int LeastShards = 16,
    double Ridge = 0.01,
    ulong Seed = 1);
