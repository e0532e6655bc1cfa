using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Tests.Servers.Running;

namespace Pipeline.Tests.Servers;

/// <summary>A RabbitMQ broker with its management plugin, on ports of 127.0.0.1 that stay the same when it is killed and started again: in
/// a container where a Docker engine answers, otherwise Debian's rabbitmq-server run in a private folder.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Image = "rabbitmq:4-management";
    private const string Installed = "/usr/lib/rabbitmq/bin";
    private const string Administrator = "tests";
    private const string FirstVirtualHost = "/";
    private const string OnLoopback = "-kernel inet_dist_use_interface {127,0,0,1}";
    private const int SecretBytes = 16;
    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(10);

    private readonly IServerInstance _server;
    private readonly string _control;
    private readonly IReadOnlyList<PortReservation> _ports;
    private readonly HttpClient _management;

    private RabbitMqServer(IServerInstance server, string control, IReadOnlyList<PortReservation> ports, string password)
    {
        _server = server;
        _control = control;
        _ports = ports;
        Port = ports[0].Port;
        ManagementPort = ports[1].Port;
        Password = password;
        _management = new HttpClient { BaseAddress = new Uri($"http://{Host}:{ManagementPort}/api/"), Timeout = RequestPatience };
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
    }

    public string Host { get; } = "127.0.0.1";

    /// <summary>Of AMQP.</summary>
    public int Port { get; }

    /// <summary>Of the management plugin's HTTP API.</summary>
    public int ManagementPort { get; }

    /// <summary>An administrator.</summary>
    public string User { get; } = Administrator;

    public string Password { get; }

    /// <summary>The one that is there from the start; a test had better make its own.</summary>
    public string VirtualHost { get; } = FirstVirtualHost;

    /// <summary>The management plugin's HTTP API as the administrator, its base address ending in <c>/api/</c>.</summary>
    public HttpClient Management => _management;

    /// <summary>Starts a broker and waits until it takes connections.</summary>
    /// <param name="definitions">A definitions file to load at start (<c>load_definitions</c>);
    /// an administrator is added to what it says.</param>
    /// <param name="configuration">More lines of rabbitmq.conf.</param>
    /// <exception cref="InvalidOperationException">There is no RabbitMQ to be had, or it does not start.</exception>
    public static async Task<RabbitMqServer> StartAsync(string? definitions = null, params IReadOnlyList<string> configuration)
    {
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(SecretBytes));
        var folder = Directory.CreateTempSubdirectory("pipeline-rabbitmq-").FullName;
        PortReservation[] ports = [PortReservation.Take(), PortReservation.Take(), PortReservation.Take(), PortReservation.Take()];
        var content = definitions is null ? null : await File.ReadAllTextAsync(definitions);
        await WriteAsync(Path.Combine(folder, "definitions.json"),
            RabbitMqDefinitions.WithAdministrator(content, FirstVirtualHost, Administrator, password));

        var (instance, control) = await Container.IsPossibleAsync()
            ? (await InContainerAsync(folder, ports, configuration), "rabbitmqctl")
            : (await NativeAsync(folder, ports, configuration), $"{Installed}/rabbitmqctl");
        var server = new RabbitMqServer(instance, control, ports, password);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9 of the broker's virtual machine: no shutdown of any kind. Where a quorum queue lies is written with minutes of
    /// delay (3.10), and a queue that is younger comes back empty and without a leader, which no queue in use is: so the register of queues
    /// is written out first. Messages are not.</summary>
    public async Task KillAsync()
    {
        await _server.RunInsideAsync(_control, "eval", "[dets:sync(T) || T <- dets:all()].");
        await _server.KillAsync();
    }

    /// <summary>Makes a quorum queue forget its consumers, who are not told.</summary>
    public async Task ForgetConsumersAsync(string virtualHost, string queue)
    {
        var code = $"{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"{virtualHost}\">>, queue, <<\"{queue}\">>)), "
            + "[ra:process_command(amqqueue:get_pid(Q), rabbit_fifo:make_checkout({element(2, C), element(1, C)}, cancel, #{})) || C <- "
            + "rabbit_amqqueue:consumers(Q)].";
        if (await _server.RunInsideAsync(_control, "eval", code) is not { ExitCode: 0, Output: not "[]" })
            throw new InvalidOperationException($"'{queue}' has no consumer to forget, or cannot be asked.");
    }

    /// <summary>An orderly shutdown.</summary>
    public Task StopAsync() => _server.StopAsync();

    /// <summary>Starts a broker that was killed or stopped, on its ports and data, and waits until it takes connections.</summary>
    public async Task StartAgainAsync()
    {
        await _server.StartAsync();
        await Readiness.WaitAsync("RabbitMQ is not ready", _server,
            () => _management.AnswersAsync("vhosts", answer => answer.IsSuccessStatusCode));
        await Readiness.WaitAsync("RabbitMQ takes no connections", _server, async () =>
        {
            using var client = new System.Net.Sockets.TcpClient();
            try
            {
                await client.ConnectAsync(Host, Port);
                return true;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return false;
            }
        });
        // Before it has elected itself, the only member of a quorum queue loses what is asked of it (3.10).
        await Readiness.WaitAsync("RabbitMQ's quorum queues have no leader", _server, async () => await _server.RunInsideAsync(
            _control, "eval", "[element(1, R) || R <- ets:tab2list(ra_state), element(2, R) =/= leader].") is
        {
            ExitCode: 0,
            Output: "[]"
        });
    }

    /// <summary>Makes a virtual host that nobody else has.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateVirtualHostAsync()
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var host = await _management.PutAsJsonAsync($"vhosts/{name}", new { });
        host.EnsureSuccessStatusCode();
        using var permissions =
            await _management.PutAsJsonAsync($"permissions/{name}/{User}", new { configure = ".*", write = ".*", read = ".*" });
        permissions.EnsureSuccessStatusCode();
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        _management.Dispose();
        await _server.DisposeAsync();
        foreach (var port in _ports)
            port.Dispose();
    }

    private static async Task<IServerInstance> InContainerAsync(string folder, PortReservation[] ports, IReadOnlyList<string> configuration)
    {
        const string Definitions = "/etc/rabbitmq/test-definitions.json";
        var settings = Path.Combine(folder, "rabbitmq.conf");
        await WriteAsync(settings, [.. configuration, $"load_definitions = {Definitions}"]);
        return await Container.CreateAsync(Image, "/var/lib/rabbitmq", folder, [
            "--publish", $"127.0.0.1:{ports[0].Port}:5672",
            "--publish", $"127.0.0.1:{ports[1].Port}:15672",
            "--volume", $"{settings}:/etc/rabbitmq/conf.d/90-tests.conf:ro",
            "--volume", $"{Path.Combine(folder, "definitions.json")}:{Definitions}:ro"]);
    }

    private static async Task<IServerInstance> NativeAsync(string folder, PortReservation[] ports, IReadOnlyList<string> configuration)
    {
        if (!Directory.Exists(Installed))
        {
            throw new InvalidOperationException(
                $"No Docker engine answers and {Installed} is not there: start Docker, or install rabbitmq-server on a Debian system "
                + "('bash tests/servers.sh' does).");
        }

        string In(string name) => Path.Combine(folder, name);
        await WriteAsync(In("rabbitmq.conf"), [
            .. configuration,
            $"listeners.tcp.1 = 127.0.0.1:{ports[0].Port}",
            "management.tcp.ip = 127.0.0.1",
            $"management.tcp.port = {ports[1].Port}",
            $"load_definitions = {In("definitions.json")}",
        ]);
        await WriteAsync(In("enabled_plugins"), "[rabbitmq_management].");
        // Erlang's port mapper in the foreground, so that it ends with its broker.
        string[] command = ["sh", "-c", $"epmd -port {ports[3].Port} -address 127.0.0.1 & exec {Installed}/rabbitmq-server"];
        return new NativeServer(folder, "", command, new Dictionary<string, string>
        {
            ["HOME"] = folder,
            ["ERL_EPMD_PORT"] = ports[3].Port.ToString(),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"test{ports[0].Port}@localhost",
            ["RABBITMQ_DIST_PORT"] = ports[2].Port.ToString(),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = OnLoopback,
            ["RABBITMQ_CTL_ERL_ARGS"] = OnLoopback,
            ["RABBITMQ_MNESIA_BASE"] = In("data"),
            ["RABBITMQ_LOG_BASE"] = In("logs"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_CONF_ENV_FILE"] = In("none"),
            ["RABBITMQ_CONFIG_FILE"] = In("rabbitmq.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = In("enabled_plugins"),
        });
    }

    private static Task WriteAsync(string path, IEnumerable<string> lines) =>
        WriteAsync(path, string.Concat(lines.Select(line => line + "\n")));

    /// <summary>A container's process is another user.</summary>
    private static async Task WriteAsync(string path, string text)
    {
        await File.WriteAllTextAsync(path, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, ForAll);
    }
}
