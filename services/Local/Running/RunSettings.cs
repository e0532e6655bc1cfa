namespace Pipeline.Local.Running;

/// <summary>What the command line says about a run.</summary>
/// <param name="Experiment">The YAML file.</param>
/// <param name="Data">The folder of files.</param>
/// <param name="Store">The folder of artifacts.</param>
/// <param name="Device">Overrides Torch:Device unless null.</param>
/// <param name="Threads">Overrides Torch:Threads unless null.</param>
public sealed record RunSettings(string Experiment, string Data, string Store, string? Device, int? Threads);
