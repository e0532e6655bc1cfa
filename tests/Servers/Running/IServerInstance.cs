namespace Pipeline.Tests.Servers.Running;

/// <summary>A server that can be ended and started again on the same ports and data: in a container,
/// or as processes of this machine.</summary>
internal interface IServerInstance : IAsyncDisposable
{
    /// <summary>Starts it, for the first time or again. It is not ready yet.</summary>
    Task StartAsync();

    /// <summary>kill -9 of everything that belongs to it; returns when it is gone.</summary>
    Task KillAsync();

    /// <summary>SIGTERM; returns when it has ended.</summary>
    Task StopAsync();

    /// <summary>Null while it runs, otherwise the end of what it wrote.</summary>
    Task<string?> LastWordsAsync();

    /// <summary>Runs a program where the server runs, in the folder of its data and with its environment.</summary>
    Task<Command?> RunInsideAsync(params IReadOnlyList<string> command);
}
