using Pipeline.Learning.Native;
using Pipeline.Learning.Tasks;
using Pipeline.Learning.Tokens;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Learning.Tuning;

/// <summary>What can be told about samples without a network, as experiments and reports spell it. Validation chooses between those of a
/// modality.</summary>
public static class Descriptions
{
    /// <summary>Grey or colour values of all pixels; of large images, of a picture of 32 × 32.</summary>
    public const string Pixels = "pixels";

    /// <summary>Histograms of oriented gradients (Dalal and Triggs 2005).</summary>
    public const string Hog = "hog";

    /// <summary>Histograms of oriented gradients, a histogram of all colours, and the mean colours of 4 × 4 parts.</summary>
    public const string HogColour = "hog-colour";

    /// <summary>Shares of the letters in the whole sequence, in its first and in its last 40, and its length.</summary>
    public const string Composition = "composition";

    /// <summary>Words by what they stand beside in the unlabelled training texts: <see cref="Tuning.LatentSemantics"/>.</summary>
    public const string LatentSemantics = "lsa";

    /// <summary>Those of a modality.</summary>
    public static IReadOnlyList<string> For(string modality, InputSpec input) => modality switch
    {
        Modalities.Image => input.Channels == 1 ? [Pixels, Hog] : [Pixels, Hog, HogColour],
        Modalities.Text => [TermKinds.Words, TermKinds.Bigrams, TermKinds.Characters, LatentSemantics],
        Modalities.Dna => [TermKinds.FourMers, TermKinds.SixMers, TermKinds.Positions, Composition],
        _ => [Composition, TermKinds.TwoMers, TermKinds.Positions],
    };

    /// <summary>Those that are vectors, and so have neighbours.</summary>
    public static bool IsDense(string name) => name is Pixels or Hog or HogColour or Composition or LatentSemantics;
}

/// <summary>Samples by a description without a network.</summary>
public sealed class DescriptionSpace : IFeatureSpace
{
    private const int LargestPicture = 32;
    private const int Orientations = 9;
    private const int Cells = 7;
    private const int ColourCells = 4;
    private const int Levels = 4;
    private const int GreyLevels = 16;
    private const int End = 40;

    private readonly string _name;
    private readonly InputSpec _input;
    private readonly string _alphabet;
    private readonly Device _device;

    /// <param name="name">One of <see cref="Descriptions"/>, dense, and not <see cref="Descriptions.LatentSemantics"/>.</param>
    public DescriptionSpace(string name, string modality, InputSpec input, Device device)
    {
        (_name, _input, _device) = (name, input, device);
        _alphabet = Modalities.IsSequence(modality) && modality != Modalities.Text ? Alphabets.Of(modality) : "";
    }

    public int Width => _name switch
    {
        Descriptions.Pixels => _input.Channels * Math.Min(_input.Size, LargestPicture) * Math.Min(_input.Size, LargestPicture),
        Descriptions.Hog => HogWidth,
        Descriptions.HogColour => HogWidth + ColourWidth + (_input.Channels * ColourCells * ColourCells),
        _ => (3 * _alphabet.Length) + 1,
    };

    public object MadeFrom => new { description = _name };

    private static int HogWidth => (Cells - 1) * (Cells - 1) * 4 * Orientations;

    private int ColourWidth => _input.Channels == 1 ? GreyLevels : Levels * Levels * Levels;

    public Tensor Describe(LabelledSamples samples, ReadOnlySpan<int> positions)
    {
        if (_name == Descriptions.Composition)
            return Composition(samples.Texts(positions));

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var images = samples.Inputs(positions, _device);
        var rows = _name switch
        {
            Descriptions.Pixels => (_input.Size <= LargestPicture
                ? images
                : nn.functional.adaptive_avg_pool2d(images, [LargestPicture, LargestPicture])).flatten(1),
            Descriptions.Hog => Gradients(images),
            _ => cat(
                [
                    Gradients(images), Colours(images),
                    nn.functional.adaptive_avg_pool2d(images, [ColourCells, ColourCells]).flatten(1).mul(Scalars.Of(2.0)),
                ], 1),
        };
        return rows.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
    }

    /// <summary>Central differences of brightness, their directions without sign in 9 bins weighted by length and shared by the two
    /// nearest, added up in 7 × 7 cells, each 2 × 2 cells brought to length 1.</summary>
    /// <param name="images">Shape [N, C, S, S].</param>
    /// <returns>Shape [N, 6 · 6 · 4 · 9].</returns>
    internal static Tensor Gradients(Tensor images)
    {
        var grey = images.mean([1], keepdim: true);
        var padded = nn.functional.pad(grey, [1, 1, 1, 1], PaddingModes.Replicate);
        var (height, width) = (images.shape[2], images.shape[3]);
        var x = padded.narrow(2, 1, height).narrow(3, 2, width) - padded.narrow(2, 1, height).narrow(3, 0, width);
        var y = padded.narrow(2, 2, height).narrow(3, 1, width) - padded.narrow(2, 0, height).narrow(3, 1, width);
        var length = (x * x).Plus(y * y).sqrt();                                                                    // [N, 1, S, S]
        var place = atan2(y, x).div(Scalars.Of(Math.PI)).add(Scalars.Of(1.0), Scalars.Of(1)).remainder(Scalars.Of(1.0))
            .mul(Scalars.Of((double)Orientations));
        var bins = arange(Orientations, dtype: ScalarType.Float32, device: images.device).view(1, -1, 1, 1);
        var away = (place - bins).abs();
        away = minimum(away, away.neg().add(Scalars.Of((double)Orientations), Scalars.Of(1)));                     // Round the circle.
        var share = nn.functional.relu(away.neg().add(Scalars.Of(1.0), Scalars.Of(1)));                             // [N, 9, S, S]
        var cells = nn.functional.adaptive_avg_pool2d(share * length, [Cells, Cells]);
        var blocks = cat(
            [
                cells.narrow(2, 0, Cells - 1).narrow(3, 0, Cells - 1), cells.narrow(2, 0, Cells - 1).narrow(3, 1, Cells - 1),
                cells.narrow(2, 1, Cells - 1).narrow(3, 0, Cells - 1), cells.narrow(2, 1, Cells - 1).narrow(3, 1, Cells - 1),
            ], 1);                                                                                                  // [N, 36, 6, 6]
        return (blocks / blocks.norm(1, keepdim: true, p: 2).add(Scalars.Of(1e-3), Scalars.Of(1))).flatten(1);
    }

    /// <summary>Square roots of the shares of pixels in each of 4 × 4 × 4 colours, or of 16 shades of grey, times 4.</summary>
    private Tensor Colours(Tensor images)
    {
        var levels = _input.Channels == 1 ? GreyLevels : Levels;
        var steps = images.mul(Scalars.Of((double)levels)).floor().clamp(Scalars.Of(0.0), Scalars.Of(levels - 1.0));
        var colour = steps.select(1, 0);
        for (var channel = 1; channel < _input.Channels; channel++)
            colour = colour.mul(Scalars.Of((double)levels)).Plus(steps.select(1, channel));

        var bins = arange(ColourWidth, dtype: ScalarType.Float32, device: images.device).view(1, -1, 1);
        var shares = colour.flatten(1).unsqueeze(1).eq(bins).to(ScalarType.Float32).mean([2]);                      // [N, bins]
        return shares.sqrt().mul(Scalars.Of(4.0));
    }

    private Tensor Composition(IReadOnlyList<string> texts)
    {
        var rows = new float[texts.Count, Width];
        for (var row = 0; row < texts.Count; row++)
        {
            var text = texts[row];
            var parts = new[] { text, text[..Math.Min(End, text.Length)], text[Math.Max(0, text.Length - End)..] };
            for (var part = 0; part < parts.Length; part++)
            {
                foreach (var letter in parts[part])
                {
                    if (_alphabet.IndexOf(letter, StringComparison.Ordinal) is var place && place >= 0)
                        rows[row, (part * _alphabet.Length) + place] += 1f / parts[part].Length;
                }
            }

            rows[row, Width - 1] = (float)Math.Log(Math.Max(1, text.Length));
        }

        return tensor(rows, device: _device);
    }
}
