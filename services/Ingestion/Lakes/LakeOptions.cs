namespace Pipeline.Ingestion.Lakes;

/// <summary>Bound from "Lake"; checked at start. Which storage may be read: whatever a message or an event names must lie below one of these.</summary>
public sealed class LakeOptions
{
    public IList<LakeLocation> Locations { get; init; } = [];

    /// <summary>Whether a source may also be any folder of this machine, named by its path. On where one person's process does all, off in services.</summary>
    public bool AnyFolder { get; set; }
}

/// <summary>One container, bucket or folder of the lake.</summary>
public sealed class LakeLocation
{
    /// <summary>
    /// How events and requests name it: <c>https://ACCOUNT.blob.core.windows.net/CONTAINER</c>, <c>s3://BUCKET</c>, or for a folder alone any name of the form
    /// <c>lake://NAME</c>. No <c>/</c> at the end.
    /// </summary>
    public string Url { get; init; } = "";

    /// <summary>Of the storage account; where it is missing, an Azure container is read with the process's own identity (DefaultAzureCredential).</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Where the location is mounted; its files are read from there. Needed for everything but Azure containers.</summary>
    public string? Folder { get; init; }
}
