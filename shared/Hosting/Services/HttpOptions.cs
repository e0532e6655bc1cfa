using System.ComponentModel.DataAnnotations;

namespace Pipeline.Hosting.Services;

/// <summary>Bound from "Http"; checked at start. Where a service answers about its health and metrics.</summary>
public sealed class HttpOptions
{
    /// <summary>Address to listen on: <c>localhost</c>, an IP address, or <c>*</c> for all, as a container needs.</summary>
    [Required]
    public string Address { get; init; } = "localhost";

    [Range(1, 65535)]
    public int Port { get; init; } = 8080;
}
