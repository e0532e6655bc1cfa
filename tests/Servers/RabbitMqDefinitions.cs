using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Tests.Servers;

/// <summary>What a broker loads when it starts: the definitions under test, and beside them one administrator,
/// who may do everything everywhere.</summary>
internal static class RabbitMqDefinitions
{
    private const int SaltBytes = 4;

    /// <param name="definitions">A definitions file's content, as RabbitMQ exports it; null: none.</param>
    public static string WithAdministrator(string? definitions, string virtualHost, string user, string password)
    {
        var root = definitions is null ? [] : JsonNode.Parse(definitions)!.AsObject();
        var hosts = List(root, "vhosts");
        if (!Names(hosts).Contains(virtualHost))
            hosts.Add((JsonNode)new JsonObject { ["name"] = virtualHost });

        List(root, "users").Add((JsonNode)new JsonObject
        {
            ["name"] = user,
            ["password_hash"] = Hash(password),
            ["hashing_algorithm"] = "rabbit_password_hashing_sha256",
            ["tags"] = new JsonArray("administrator"),
        });

        var permissions = List(root, "permissions");
        foreach (var host in Names(hosts))
        {
            permissions.Add((JsonNode)new JsonObject
            {
                ["user"] = user,
                ["vhost"] = host,
                ["configure"] = ".*",
                ["write"] = ".*",
                ["read"] = ".*"
            });
        }

        return root.ToJsonString();
    }

    private static JsonArray List(JsonObject root, string name)
    {
        if (root[name] is not JsonArray list)
            root[name] = list = [];

        return list;
    }

    private static string[] Names(JsonArray list) => [.. list.Select(item => (string)item!["name"]!)];

    /// <summary>Base64 of salt and SHA-256 of salt and password, as RabbitMQ keeps it.</summary>
    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}
