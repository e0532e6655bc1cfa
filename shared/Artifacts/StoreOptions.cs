using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Artifacts.Blob;
using Pipeline.Artifacts.Caching;

namespace Pipeline.Artifacts;

/// <summary>Bound from "Store"; checked at start. The store is Azure Blob storage where <see cref="Blob"/> says which, else a folder.</summary>
public sealed class StoreOptions
{
    /// <summary>The folder that holds the artifacts; made if it is not there.</summary>
    [Required]
    public string Folder { get; set; } = "pipeline-store";

    /// <summary>Which blob storage holds the artifacts instead.</summary>
    [ValidateObjectMembers]
    public BlobOptions Blob { get; set; } = new();

    /// <summary>Where the files of a blob store are kept on this machine, and how many.</summary>
    [ValidateObjectMembers]
    public CacheOptions Cache { get; set; } = new();

    /// <summary>How much of a large artifact travels at once.</summary>
    [ValidateObjectMembers]
    public TransferOptions Transfer { get; set; } = new();

    /// <summary>How long and how often a request to blob storage is tried.</summary>
    [ValidateObjectMembers]
    public ResilienceOptions Resilience { get; set; } = new();
}
