using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Artifacts;
using Pipeline.Contracts;
using Pipeline.Local.Remote;
using Pipeline.Local.Shapes;

namespace Pipeline.Local.Results;

/// <summary>The store of either shape, to be looked at.</summary>
/// <param name="Name">For people: the folder, or that it is the services' store.</param>
internal sealed record OpenedStore(IArtifactStore Store, string Name, IDisposable? Owner = null) : IDisposable
{
    private const string ServicesStore = "the services' store";

    /// <exception cref="PipelineException">There is none, or it cannot be read.</exception>
    public static OpenedStore Open(Shape shape)
    {
        if (shape is Shape.Local(var folder))
        {
            var local = ExistingStore.Open(folder);
            return new OpenedStore(local, local.Root);
        }

        var host = RemoteHost.Build();
        return Of(host) with { Owner = host };
    }

    /// <summary>That of the services, whose settings the host has.</summary>
    public static OpenedStore Of(IHost host) => new(host.Services.GetRequiredService<IArtifactStore>(), ServicesStore);

    public void Dispose() => Owner?.Dispose();
}
