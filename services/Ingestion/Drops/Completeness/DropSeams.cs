using Pipeline.Contracts;

namespace Pipeline.Ingestion.Drops.Completeness;

/// <summary>Sends the command, durably: when it ends, the bus has it.</summary>
/// <param name="traceparent">W3C trace context of the event that completed the drop.</param>
public delegate Task DatasetRequester(IngestDataset command, string? traceparent, CancellationToken cancellation);

/// <summary>Reads a small file of the lake; null where there is none.</summary>
/// <param name="url">Plain text, not percent-encoded.</param>
public delegate Task<ReadOnlyMemory<byte>?> LakeFileReader(string url, CancellationToken cancellation);

/// <summary>How many files lie below a folder of the lake, at any depth, that may be a dataset's content: hidden ones, <c>_SUCCESS</c> and the manifest itself do not count.</summary>
public delegate Task<long> LakeFileCounter(string dataset, string url, string manifest, CancellationToken cancellation);
