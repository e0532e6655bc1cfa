using RabbitMQ.Client;

namespace Pipeline.Ingestion.Drops.Queue;

/// <summary>Opens a connection to the broker, with automatic recovery off: whoever holds it opens another when it breaks. Whoever asked disposes it.</summary>
public delegate Task<IConnection> BrokerConnector(CancellationToken cancellation);
