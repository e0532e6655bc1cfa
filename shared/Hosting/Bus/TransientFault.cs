using System.Net.Sockets;
using MassTransit;
using RabbitMQ.Client.Exceptions;
using PipelineException = Pipeline.Contracts.PipelineException;

namespace Pipeline.Hosting.Bus;

/// <summary>Tells a fault that passes (no connection, a store or broker that restarts) from one that trying again does not mend.</summary>
internal static class TransientFault
{
    /// <summary>Work that ended because it was told to; MassTransit tells some of it by an exception of its own.</summary>
    public static bool IsCancellation(Exception error) => error is OperationCanceledException or ConsumerCanceledException;

    public static bool Is(Exception error) => error is not PipelineException
        && (error is IOException or SocketException or TimeoutException
                or RabbitMQClientException or RabbitMqConnectionException or TransportException or OperationInterruptedException
            || IsCancellation(error)
            || (error.InnerException is { } inner && Is(inner)));
}
