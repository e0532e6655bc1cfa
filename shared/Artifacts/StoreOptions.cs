namespace Pipeline.Artifacts;

/// <summary>Bound from "Store".</summary>
public sealed class StoreOptions
{
    /// <summary>The folder that holds the artifacts; made if it is not there.</summary>
    public string Folder { get; set; } = "pipeline-store";
}
