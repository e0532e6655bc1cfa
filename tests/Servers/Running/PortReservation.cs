using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Servers.Running;

/// <summary>A free TCP port of 127.0.0.1 that stays ours while its server is down: below the range from which outgoing connections take
/// theirs, and held against other test processes by a lock file, which the system lets go of when this process ends.</summary>
internal sealed class PortReservation : IDisposable
{
    private const int First = 10_000;
    private const int End = 32_000;
    private const int Attempts = 1000;

    private readonly FileStream _lock;

    private PortReservation(int port, FileStream held)
    {
        Port = port;
        _lock = held;
    }

    public int Port { get; }

    public static PortReservation Take()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"pipeline-test-ports-{Environment.UserName}")).FullName;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = Random.Shared.Next(First, End);
            if (TryLock(Path.Combine(folder, port.ToString())) is { } held)
            {
                if (IsFree(port))
                    return new PortReservation(port, held);

                held.Dispose();
            }
        }

        throw new InvalidOperationException($"None of {Attempts} ports tried between {First} and {End} of 127.0.0.1 is free.");
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
