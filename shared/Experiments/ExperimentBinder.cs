using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Experiments;

/// <summary>Lays what was written over the defaults of its modality, each value checked against its declaration.</summary>
internal sealed class ExperimentBinder(Written file, string modality)
{
    public static Experiment Bind(Written file)
    {
        var modality = file.Find("modality")?.Text is { } said && Modalities.All.Contains(said) ? said : Modalities.Image;
        var json = JsonSerializer.SerializeToNode(Experiment.Default(modality), PipelineJson.Compact)!.AsObject();
        new ExperimentBinder(file, modality).BindKeys(file, "", typeof(Experiment), json);
        return new ExperimentRules(file).Apply(json.Deserialize<Experiment>(PipelineJson.Compact)!);
    }

    private void BindKeys(Written? section, string path, Type type, JsonObject target)
    {
        var byName = ExperimentKeys.Of(type).ToLookup(key => key.Name);
        string[] names = [.. byName.Select(same => same.Key)];
        if (section is { Members: null })
            throw section.Invalid(path.Length == 0 ? "the experiment" : path, $"a mapping with the keys {string.Join(", ", names)}");
        if (section?.Members!.Values.FirstOrDefault(member => !names.Contains(member.Key.Text)) is ({ } unknown, { } value))
        {
            var at = Written.Join(path, unknown.Text ?? "");
            throw ExperimentKeys.Former.TryGetValue(at, out var instead) ? value.Invalid(at, instead) : unknown.UnknownKey(path, names);
        }

        foreach (var same in byName)
        {
            var key = same.FirstOrDefault(key => key.IsOf(modality)) ?? same.First();
            var place = key.Inside is null ? target : target[key.Inside] as JsonObject;
            BindKey(key, section?.Find(key.Name), Written.Join(path, key.Name), place);
        }
    }

    private void BindKey(ExperimentKey key, Written? value, string path, JsonObject? target)
    {
        if (value is not null && !key.IsOf(modality))
            throw value.Invalid(path, $"left out: {Because(key.Elsewhere)}");

        var otherwise = target?[key.Name];
        if (key.IsSection && (value is not null || otherwise is not null))
            BindSection(key, value, path, (JsonObject)(otherwise ?? (target![key.Name] = new JsonObject())));
        else if (value is not null)
            target![key.Name] = Read(value, path, key.Type, key.ValueFor(modality));
        else if (key.IsRequired && otherwise is JsonArray { Count: 0 } or JsonValue)
            throw file.Missing(path, otherwise is JsonArray ? key.ValueFor(modality).ListMustBe : key.ValueFor(modality).MustBe);
    }

    private void BindSection(ExperimentKey key, Written? value, string path, JsonObject target)
    {
        if (value?.Text is not null && key.Declared.Shorthand is { } name)
            BindKey(ExperimentKeys.Of(key.Type).First(inside => inside.Name == name), value, path, target);
        else
            BindKeys(value, path, key.Type, target);
    }

    private string Because(string elsewhere) => modality == Modalities.Image
        ? string.Format(CultureInfo.InvariantCulture, elsewhere, "images have", "images")
        : string.Format(CultureInfo.InvariantCulture, elsewhere, $"{modality} has", modality);

    private static JsonNode Read(Written value, string path, Type type, ValueAttribute must)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return ReadList(value, path, type.GenericTypeArguments[0], must);

        return value.Text is { } text && must.Accepts(text) ? Convert(text, type) : throw value.Invalid(path, must.MustBe, must.Names);
    }

    private static JsonArray ReadList(Written value, string path, Type type, ValueAttribute must)
    {
        List<Written> items = value.Items ?? (must.TakesOneForList ? [value] : []);
        if (items.Count < must.LeastItems || items.Count > must.MostItems)
            throw value.Invalid(path, must.ListMustBe);

        var list = new JsonArray();
        foreach (var item in items)
        {
            var read = item.Text is { } text && must.Accepts(text) ? Convert(text, type) : null;
            if (read is null && must.Names.Count > 0)
                throw item.Invalid(path, must.MustBe, must.Names);
            if (read is null || (!must.TakesOneForList && !Fits(read, list, ascending: type == typeof(int))))
                throw item.Invalid(value.Items is null ? path : $"{path}[{list.Count}]", must.ListMustBe);

            list.Add(read);
        }

        return list.Select(item => item!.ToString()).Distinct().Count() == list.Count ? list : throw value.Invalid(path, must.ListMustBe);
    }

    private static bool Fits(JsonNode number, JsonArray before, bool ascending) => ascending
        ? before.Count == 0 || number.GetValue<ulong>() > before[^1]!.GetValue<ulong>()
        : !before.Any(earlier => earlier!.ToString() == number.ToString());

    private static JsonNode Convert(string text, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(bool))
            return text == "true";
        if (type == typeof(double))
            return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

        return type == typeof(string) || type.IsEnum ? text : ulong.Parse(text, CultureInfo.InvariantCulture);
    }
}
