using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Settings;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Local.Remote;

/// <summary>The broker for a person, who wants to hear at once that it is not there.</summary>
internal sealed class ReachedBroker(BrokerConnection broker, IOptions<BusOptions> options)
{
    /// <exception cref="PipelineException">It does not answer, or refuses the user.</exception>
    public async Task<IConnection> OpenAsync(string purpose, CancellationToken cancellation = default)
    {
        try
        {
            return await broker.OpenAsync(purpose, cancellation);
        }
        catch (BrokerUnreachableException error)
        {
            var bus = options.Value;
            throw new PipelineException(
                ErrorLine.Of($"RabbitMQ at {bus.Host}:{bus.Port}, virtual host '{bus.VirtualHost}', cannot be reached as '{bus.User}': {error.GetBaseException().Message} Valid are the Bus settings of the services."),
                error);
        }
    }
}
