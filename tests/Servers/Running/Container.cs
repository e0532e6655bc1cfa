namespace Pipeline.Tests.Servers.Running;

/// <summary>A server in a container of its own, which goes with it.</summary>
internal sealed class Container : IServerInstance
{
    private const string Docker = "docker";
    private const string LastLines = "20";
    private const string StopSeconds = "60";

    private static readonly Lazy<Task<bool>> Engine = new(async () => await Command.TryRunAsync(Docker, "info") is { ExitCode: 0 });

    private readonly string _name;
    private readonly string _data;
    private readonly Guard _guard;

    private Container(string name, string data, string? folder)
    {
        _name = name;
        _data = data;
        _guard = Guard.Start("""docker rm --force --volumes "$1" >/dev/null 2>&1; [ -z "$2" ] || rm -rf -- "$2" """, name, folder ?? "");
    }

    /// <summary>Whether a Docker engine answers here.</summary>
    public static Task<bool> IsPossibleAsync() => Engine.Value;

    /// <param name="data">Where its data lies in the container.</param>
    /// <param name="folder">Taken over, if there is one: removed at the end.</param>
    /// <param name="options">Of <c>docker create</c>: ports, mounts.</param>
    /// <param name="command">What to run in it; nothing: what the image says.</param>
    public static async Task<Container> CreateAsync(
        string image, string data, string? folder, IEnumerable<string> options, params IEnumerable<string> command)
    {
        var container = new Container($"pipeline-test-{Guid.NewGuid():N}", data, folder);
        try
        {
            await Command.RunAsync(Docker, ["create", "--name", container._name, .. options, image, .. command]);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    public Task StartAsync() => Command.RunAsync(Docker, "start", _name);

    public async Task KillAsync()
    {
        await Command.RunAsync(Docker, "kill", _name);
        await Command.RunAsync(Docker, "wait", _name);
    }

    public Task StopAsync() => Command.RunAsync(Docker, "stop", "--time", StopSeconds, _name);

    public async Task<string?> LastWordsAsync()
    {
        if (await Command.RunAsync(Docker, "inspect", "--format", "{{.State.Running}}", _name) == "true")
            return null;

        var logs = await Command.TryRunAsync(Docker, "logs", "--tail", LastLines, _name);
        return $"{logs?.Output}\n{logs?.Errors}";
    }

    public Task<Command?> RunInsideAsync(params IReadOnlyList<string> command) =>
        Command.TryRunAsync(Docker, ["exec", "--workdir", _data, _name, .. command]);

    public ValueTask DisposeAsync() => _guard.DisposeAsync();
}
