using Pipeline.Artifacts.Safetensors;
using Pipeline.Contracts;
using Pipeline.Learning.Pretext;

namespace Pipeline.PseudoLabels;

/// <summary>Images in the views of a pretext task, without those of which two are the same picture.</summary>
internal sealed class ViewLabeller(IPretextTask task, InputSpec input, PseudoLabelSpec spec) : ISampleLabeller
{
    public object MadeFrom => spec;

    public LabelledSamples Label(SafetensorsFile samples, int count, CancellationToken cancellation)
    {
        var usable = new List<int>();
        for (var sample = 0; sample < count; sample++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Ambiguity.Distance(task, samples.ReadRows<byte>("pixels", sample, 1), input.Channels, input.Size) >= spec.Ambiguity)
            {
                usable.Add(sample);
            }
        }

        var labels = task.Views.Count;
        var rows = usable.Count * labels;
        return new LabelledSamples(
            [
                SafetensorsTensor.Of<int>("sample", usable.SelectMany(sample => Enumerable.Repeat(sample, labels)).ToArray(), rows),
                SafetensorsTensor.Of<byte>("view", usable.SelectMany(_ => task.Views.Select(view => view.Code)).ToArray(), rows),
                SafetensorsTensor.Of<byte>("label", usable.SelectMany(_ => Enumerable.Range(0, labels).Select(label => (byte)label)).ToArray(), rows),
            ],
            usable.Count,
            count - usable.Count);
    }

    public PseudoLabelManifest Describe(PseudoLabelManifest manifest) => manifest with { Classes = task.Views.Count, Ambiguity = spec.Ambiguity };

    public PipelineException NothingLeft(PseudoLabelManifest manifest) =>
        new($"All {manifest.Ambiguous} samples are ambiguous for '{task.Name}': two of its views are the same picture. Valid is another pretext task, or a pseudoLabels.ambiguity below {spec.Ambiguity}.");
}
