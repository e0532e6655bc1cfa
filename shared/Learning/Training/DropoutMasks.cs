using Pipeline.Learning.Randomness;
using static TorchSharp.torch;

namespace Pipeline.Learning.Training;

/// <summary>
/// Dropout draws from torch's own generator, so that it runs at its speed on every device. Seeded anew before each step by what the step is, it has no state that a restart could lose.
/// </summary>
public static class DropoutMasks
{
    /// <summary>To be called before the forward pass of a step.</summary>
    public static void Seed(ulong seed, long step)
    {
        using var generator = manual_seed((long)(new CounterRandom(seed, "dropout", step).NextUInt64() & long.MaxValue));
    }
}
