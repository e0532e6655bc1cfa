using MassTransit;

namespace Pipeline.Hosting.Bus;

/// <summary>Publishing that ends. A publish whose connection dies before the broker's answer may wait for ever, and with it the message in
/// hand, which the broker has long given to somebody else. Past its time the fault is a passing one.</summary>
public static class TimelyPublishing
{
    /// <summary>Longer than a broker takes to come back: a publish waits for that.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan BatchPatience = TimeSpan.FromMinutes(5);

    /// <exception cref="TimeoutException">The broker has not confirmed it in time.</exception>
    public static Task PublishInTimeAsync<T>(this IPublishEndpoint endpoint, T message, CancellationToken cancellation = default)
        where T : class => endpoint.Publish(message, cancellation).WaitAsync(Patience, cancellation);

    /// <exception cref="TimeoutException">The broker has not confirmed them in time.</exception>
    public static Task PublishInTimeAsync<T>(this IPublishEndpoint endpoint, IEnumerable<T> messages,
        CancellationToken cancellation = default)
        where T : class => endpoint.PublishBatch(messages, cancellation).WaitAsync(BatchPatience, cancellation);

    /// <exception cref="TimeoutException">The broker has not confirmed it in time.</exception>
    public static Task SendInTimeAsync<T>(this ISendEndpoint endpoint, T message, Action<SendContext<T>> set,
        CancellationToken cancellation = default)
        where T : class => endpoint.Send(message, set, cancellation).WaitAsync(Patience, cancellation);
}
