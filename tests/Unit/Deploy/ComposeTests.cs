using System.Collections;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Artifacts;
using Pipeline.Hosting.Bus;
using Pipeline.Hosting.Services;
using Pipeline.Ingestion.Planning;
using Pipeline.Lake.Places;
using Pipeline.Learning.Native;
using Pipeline.Pretraining;
using Pipeline.Triggers.Webhook;
using Xunit;

namespace Pipeline.Tests.Unit.Deploy;

/// <summary>docker-compose.yml says of the services what their code says.</summary>
public sealed class ComposeTests
{
    private const string Prefix = "PIPELINE_";

    /// <summary>Azurite's own key, the same everywhere.</summary>
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>What each section of the settings is bound to.</summary>
    private static readonly Dictionary<string, Type> Sections = new()
    {
        ["Bus"] = typeof(BusOptions),
        ["Drops"] = typeof(DropsOptions),
        ["Http"] = typeof(HttpOptions),
        ["Ingestion"] = typeof(IngestionOptions),
        ["Lake"] = typeof(LakeOptions),
        ["Pretraining"] = typeof(PretrainingOptions),
        ["Store"] = typeof(StoreOptions),
        ["Torch"] = typeof(TorchOptions),
        ["Webhook"] = typeof(WebhookOptions),
    };

    private static readonly ComposeFile Compose = ComposeFile.Read("docker-compose.yml");
    private static readonly ComposeFile Gpu = ComposeFile.Read("deploy/docker-compose.gpu.yml");

    [Fact]
    public void Every_stage_is_a_service_and_every_built_service_is_a_stage()
    {
        var stages = Directory.GetDirectories(Repository.PathOf("services")).Select(Path.GetFileName).Where(name => name != "Cli");
        Assert.Equal(stages.Order(), Compose.Built.Values.Select(ComposeFile.ProjectOf).Order());
        Assert.All(Compose.Built, service => Assert.Equal(service.Key, Kebab(ComposeFile.ProjectOf(service.Value))));
        Assert.All(Gpu.Built, service => Assert.Equal(service.Key, Kebab(ComposeFile.ProjectOf(service.Value))));
    }

    [Fact]
    public void A_service_runs_its_own_program_and_asks_it_for_its_health()
    {
        foreach (var service in Compose.Built.Values)
        {
            var program = $"Pipeline.{ComposeFile.ProjectOf(service)}.dll";
            Assert.Equal([program], ComposeFile.Texts(service["command"]));
            Assert.Equal(["CMD", "dotnet", program, "--health"], ComposeFile.Texts(ComposeFile.Map(service["healthcheck"])["test"]));
            Assert.Equal("deploy/Dockerfile", ComposeFile.Text(ComposeFile.Map(service["build"]), "dockerfile"));
        }
    }

    [Fact]
    public void Every_setting_is_a_property_that_its_section_has_with_a_value_that_it_can_take()
    {
        var settings = Compose.Built.Values.Concat(Gpu.Built.Values).SelectMany(service => ComposeFile.Map(service["environment"]))
            .Where(setting => setting.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(settings);
        Assert.All(settings, setting =>
        {
            var type = TypeOf(setting.Key[Prefix.Length..].Split("__"));
            Assert.True(type is not null, $"No options have a property for {setting.Key}.");
            Assert.True(type == typeof(string) || System.ComponentModel.TypeDescriptor.GetConverter(type).IsValid((string)setting.Value!), $"{setting.Key}={setting.Value}");
        });
    }

    [Fact]
    public void A_service_that_listens_to_this_machine_only_could_not_be_reached()
    {
        Assert.All(Compose.Built.Values, service => Assert.Equal("*", ComposeFile.Text(ComposeFile.Map(service["environment"]), "PIPELINE_Http__Address")));
    }

    [Fact]
    public void Services_start_after_healthy_servers_and_are_given_time_to_stop()
    {
        var least = new BusOptions().StopTimeout;
        foreach (var service in Compose.Built.Values)
        {
            Assert.True(TimeSpan.FromSeconds(int.Parse(ComposeFile.Text(service, "stop_grace_period").TrimEnd('s'))) > least);
            Assert.Equal("unless-stopped", ComposeFile.Text(service, "restart"));
            var needed = ComposeFile.Map(service["depends_on"]);
            Assert.Equal(["azurite", "rabbitmq"], needed.Keys.Order());
            Assert.All(needed, server =>
            {
                Assert.Equal("service_healthy", ComposeFile.Text(ComposeFile.Map(server.Value), "condition"));
                Assert.True(ComposeFile.Map(Compose.Services[server.Key]).ContainsKey("healthcheck"), $"{server.Key} has no health check");
            });
        }
    }

    [Fact]
    public void Ports_are_open_to_this_machine_only()
    {
        var ports = Compose.Services.Select(service => (Name: service.Key, Settings: ComposeFile.Map(service.Value))).Where(service => service.Settings.ContainsKey("ports"))
            .SelectMany(service => ComposeFile.Texts(service.Settings["ports"]).Select(port => $"{service.Name} {port}"));
        Assert.Equal(
            ["azurite 127.0.0.1:10000:10000", "rabbitmq 127.0.0.1:15672:15672", "rabbitmq 127.0.0.1:5672:5672", "triggers 127.0.0.1:8081:8081"],
            ports.Order(StringComparer.Ordinal));
        Assert.Equal("8081", ComposeFile.Text(ComposeFile.Map(Compose.Built["triggers"]["environment"]), "PIPELINE_Webhook__Port"));
    }

    [Fact]
    public void Images_of_others_have_a_version()
    {
        var images = Compose.Services.Values.Select(ComposeFile.Map).Where(service => !service.ContainsKey("build")).Select(service => ComposeFile.Text(service, "image"));
        Assert.All(images, image => Assert.Matches(@"^[a-z0-9./-]+:[0-9]+\.[0-9]+[a-z0-9.-]*$", image));
    }

    [Fact]
    public void Data_outlive_their_containers_and_mounted_files_are_there()
    {
        var mounts = Compose.Services.Values.Select(ComposeFile.Map).Where(service => service.ContainsKey("volumes")).SelectMany(service => ComposeFile.Texts(service["volumes"])).ToList();
        Assert.Superset(new HashSet<string> { "rabbitmq:/var/lib/rabbitmq", "azurite:/data", "cache:/cache" }, mounts.ToHashSet());
        Assert.All(mounts.Where(mount => mount.StartsWith("./", StringComparison.Ordinal)), mount => Assert.True(File.Exists(Repository.PathOf(mount.Split(':')[0][2..])), mount));
    }

    [Fact]
    public void The_passwords_for_development_are_those_of_the_brokers_definitions()
    {
        var users = JsonNode.Parse(File.ReadAllText(Repository.PathOf("deploy/rabbitmq/definitions.json")))!["users"]!.AsArray();
        foreach (var (name, service) in Compose.Built)
        {
            var environment = ComposeFile.Map(service["environment"]);
            Assert.Equal(name, ComposeFile.Text(environment, "PIPELINE_Bus__User"));
            var kept = Convert.FromBase64String((string)users.Single(user => (string?)user!["name"] == name)!["password_hash"]!);
            byte[] salted = [.. kept[..4], .. System.Text.Encoding.UTF8.GetBytes(ComposeFile.Text(environment, "PIPELINE_Bus__Password"))];
            Assert.Equal(kept[4..], System.Security.Cryptography.SHA256.HashData(salted));
        }
    }

    [Fact]
    public void No_secret_is_written_down_but_those_for_development()
    {
        var text = File.ReadAllText(Repository.PathOf("docker-compose.yml"));
        var secrets = Regex.Matches(text, @"(?m)^\s+PIPELINE_\w*(Password|Keys__\d+|ConnectionString): (.*)$").Select(match => match.Groups[2].Value).ToList();
        Assert.NotEmpty(secrets);
        Assert.All(secrets, secret => Assert.Matches(@"^\$\{[A-Z_]+:-([a-z-]+-development|DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;[^}]*)\}$", secret));
        Assert.All(Regex.Matches(text, "AccountKey=([^;}]*)"), match => Assert.Equal(EmulatorKey, match.Groups[1].Value));
        Assert.True(ComposeFile.Text(ComposeFile.Map(Compose.Built["triggers"]["environment"]), "PIPELINE_Webhook__Keys__0").Length >= WebhookOptions.ShortestKey);
    }

    [Fact]
    public void Graphics_cards_go_to_the_stages_that_train_in_images_that_can_use_them()
    {
        Assert.Equal(["fine-tuning", "pretraining"], Gpu.Built.Keys.Order());
        foreach (var service in Gpu.Built.Values)
        {
            var arguments = ComposeFile.Map(ComposeFile.Map(service["build"])["args"]);
            Assert.Equal(("cuda", "10.0-noble"), (ComposeFile.Text(arguments, "TORCH"), ComposeFile.Text(arguments, "RUNTIME")));
            var devices = (List<object?>)ComposeFile.Map(ComposeFile.Map(ComposeFile.Map(service["deploy"])["resources"])["reservations"])["devices"]!;
            Assert.Equal(["gpu"], ComposeFile.Texts(ComposeFile.Map(Assert.Single(devices))["capabilities"]));
        }
    }

    /// <summary>Null: there is no such property.</summary>
    private static Type? TypeOf(string[] names) => names.Skip(1).Aggregate(Sections.GetValueOrDefault(names[0]), (type, name) =>
        type is null ? null
        : int.TryParse(name, out _) ? type.GetGenericArguments().FirstOrDefault()
        : type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)) ? null
        : type.GetProperty(name, BindingFlags.Public | BindingFlags.Instance) is { } property ? Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType : null);

    private static string Kebab(string name) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}
