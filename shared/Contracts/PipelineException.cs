namespace Pipeline.Contracts;

/// <summary>
/// Something that trying again does not mend: bad input, a setting that cannot work, a store that cannot be trusted.
/// Its message is one line for a person: what, where, and what would be valid. It is shown without a stack trace and never retried.
/// </summary>
public sealed class PipelineException(string message, Exception? inner = null) : Exception(message, inner);
