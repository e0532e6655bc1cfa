using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Integration.Artifacts;

/// <summary>Between a client and a server on 127.0.0.1: hands bytes on, until it is told to take the next answer and break the connection instead.</summary>
internal sealed class AnswerLosingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _server;
    private readonly Task _accepting;
    private int _lose;

    /// <param name="server">The server's port.</param>
    public AnswerLosingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void LoseNextAnswer() => Volatile.Write(ref _lose, 1);

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
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, _server, _end.Token);
            var questions = client.GetStream().CopyToAsync(server.GetStream(), _end.Token);
            await Task.WhenAny(questions, AnswersAsync(server.GetStream(), client.GetStream()));
        }
    }

    private async Task AnswersAsync(NetworkStream server, NetworkStream client)
    {
        var buffer = new byte[1 << 16];
        while (await server.ReadAsync(buffer, _end.Token) is > 0 and var read && Interlocked.Exchange(ref _lose, 0) == 0)
        {
            await client.WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }
}
