using System.Net.Sockets;
using MassTransit;
using RabbitMQ.Client.Exceptions;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Hosting.Bus;

/// <summary>Tells a fault that passes (no connection, a store or broker that restarts) from one that trying again does not mend.</summary>
internal static class TransientFault
{
    public static bool Is(Exception error) => error is not PipelineException
        && (error is IOException or SocketException or TimeoutException or OperationCanceledException
                or RabbitMQClientException or RabbitMqConnectionException or TransportException or OperationInterruptedException
            || (error.InnerException is { } inner && Is(inner)));
}
