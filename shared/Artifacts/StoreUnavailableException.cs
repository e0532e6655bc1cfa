namespace Pipeline.Artifacts;

/// <summary>The store gave no answer, however often it was asked: a passing fault, so that whoever asked may try again later.</summary>
/// <param name="store">Which one, without any secret.</param>
/// <param name="what">The key or prefix that was wanted.</param>
public sealed class StoreUnavailableException(string store, string what, string reason, Exception inner)
    : IOException($"The store {store} is not available for '{what}': {reason}", inner);
