using System.Text.RegularExpressions;
using Pipeline.Artifacts;
using Pipeline.Hosting.Services;
using Xunit;

namespace Pipeline.Tests.Unit.Deploy;

/// <summary>deploy/Dockerfile builds any service, for a user without rights.</summary>
public sealed class DockerfileTests
{
    private static readonly string Text = File.ReadAllText(Repository.PathOf("deploy/Dockerfile"));

    private static readonly IReadOnlyList<string> Stages = Regex.Split(Text, "(?m)^(?=FROM )");

    [Fact]
    public void Its_images_are_of_the_framework_that_the_projects_target()
    {
        var framework = Regex.Match(File.ReadAllText(Repository.PathOf("Directory.Build.props")), "<TargetFramework>net([0-9.]+)<").Groups[1].Value;
        Assert.Contains($"FROM mcr.microsoft.com/dotnet/sdk:{framework}-noble AS build\n", Text);
        Assert.Contains("FROM mcr.microsoft.com/dotnet/aspnet:$RUNTIME\n", Text);
        Assert.Contains($"ARG RUNTIME={framework}-noble-chiseled\n", Text);
    }

    [Fact]
    public void It_runs_as_the_user_of_the_base_image()
    {
        var run = Stages[^1];
        Assert.Equal("$APP_UID", Assert.Single(Regex.Matches(run, "(?m)^USER (.*)$")).Groups[1].Value);
        Assert.DoesNotContain("RUN ", run);
        Assert.Contains("--chown=$APP_UID:$APP_UID", run);
    }

    [Fact]
    public void It_takes_the_service_and_the_libtorch_by_arguments()
    {
        Assert.Contains("ARG SERVICE\n", Stages[^2]);
        Assert.Contains("ARG TORCH=cpu\n", Stages[^2]);
        Assert.Contains("-p:Torch=\"$TORCH\"", Stages[^2]);
        Assert.Contains("dotnet publish \"services/$SERVICE\"", Stages[^2]);
    }

    [Fact]
    public void What_it_sets_are_settings()
    {
        var settings = Regex.Matches(Text, @"PIPELINE_(\w+)=(\S+)").ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        Assert.Equal(
            new Dictionary<string, string>
            {
                [$"Http__{nameof(HttpOptions.Address)}"] = "*",
                [$"Http__{nameof(HttpOptions.Port)}"] = new HttpOptions().Port.ToString(),
                [$"Store__{nameof(StoreOptions.Cache)}__{nameof(StoreOptions.Cache.Folder)}"] = "/cache",
            },
            settings);
    }
}
