using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Lake.Places;
using Pipeline.Triggers.Events;

namespace Pipeline.Tests.Unit.Triggers.Events;

/// <summary>A parser for a lake with an Azure container and a bucket.</summary>
internal static class Parsers
{
    public const string Container = "https://lake.blob.core.windows.net/landing";
    public const string Bucket = "s3://landing";

    public static EventParser Create(params (string Dataset, string Prefix)[] datasets)
    {
        var lakes = new LakeLocations(Options.Create(new LakeOptions
        {
            Locations = [new LakeLocation { Url = Container },
            new LakeLocation { Url = Bucket }]
        }));
        var options = new DropsOptions
        {
            Datasets = datasets.ToDictionary(pair => pair.Dataset, pair =>
            new DropDatasetOptions { Prefix = pair.Prefix })
        };
        return new EventParser(new EventPlaces(lakes, Options.Create(options)));
    }

    public static ParsedEvents Parse(string body) => Create().Parse(Encoding.UTF8.GetBytes(body));
}
