using Pipeline.Contracts;

namespace Pipeline.Local.Running;

/// <summary>What the command line says about a run in this process.</summary>
/// <param name="Experiment">What is to be found out.</param>
/// <param name="Data">The folder of files.</param>
/// <param name="Store">The folder of artifacts.</param>
/// <param name="Device">Overrides Torch:Device unless null.</param>
/// <param name="Threads">Overrides Torch:Threads unless null.</param>
/// <param name="OnDrops">Whether it is to run again with each drop.</param>
public sealed record RunSettings(Experiment Experiment, string Data, string Store, string? Device, int? Threads, bool OnDrops = false);
