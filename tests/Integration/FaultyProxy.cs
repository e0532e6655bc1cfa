using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Integration;

/// <summary>Between clients and a server on 127.0.0.1: hands bytes on, until it is told to swallow an answer,
/// or to let nothing through.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _server;
    private readonly Task _accepting;
    private int _lose;
    private long _moved;
    private Hold? _hold;

    /// <param name="server">The server's port.</param>
    public FaultyProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Breaks the connection instead of handing on the next answer.</summary>
    public void LoseNextAnswer() => LoseAnswer(1);

    /// <summary>Breaks the connection instead of handing on an answer.</summary>
    /// <param name="number">1 for the next.</param>
    public void LoseAnswer(int number) => Volatile.Write(ref _lose, number);

    /// <summary>Whether the answer was lost that was to be.</summary>
    public bool Lost => Volatile.Read(ref _lose) <= 0;

    /// <summary>Lets so many bytes through, there and back, and then nothing until it is disposed of.</summary>
    public Hold HoldAfter(long bytes)
    {
        var hold = new Hold(Interlocked.Read(ref _moved) + bytes);
        Volatile.Write(ref _hold, hold);
        return hold;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
            _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, _server, _end.Token);
            var questions = CopyAsync(client.GetStream(), server.GetStream(), isAnswer: false);
            var answers = CopyAsync(server.GetStream(), client.GetStream(), isAnswer: true);
            await Task.WhenAny(questions, answers);
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool isAnswer)
    {
        var buffer = new byte[1 << 16];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read && !(isAnswer && Interlocked.Decrement(ref _lose) == 0))
        {
            if (Volatile.Read(ref _hold) is { } hold)
                await hold.PassAsync(Interlocked.Read(ref _moved), _end.Token);

            await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            Interlocked.Add(ref _moved, read);
        }
    }

    /// <param name="limit">The bytes of the proxy's life after which nothing passes.</param>
    internal sealed class Hold(long limit) : IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>When nothing passes any more.</summary>
        public Task Reached => _reached.Task;

        public void Dispose() => _released.TrySetResult();

        internal async Task PassAsync(long moved, CancellationToken cancellation)
        {
            if (moved >= limit)
            {
                _reached.TrySetResult();
                await _released.Task.WaitAsync(cancellation);
            }
        }
    }
}
