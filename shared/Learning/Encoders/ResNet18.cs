using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>ResNet-18 (He et al. 2016, arXiv:1512.03385) with the 3×3 stem for small images, no first pooling and no classifier: 11.2
/// million weights at width 64. Parameter names are torchvision's.</summary>
internal sealed class ResNet18 : Encoder
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;

    public ResNet18(int channels, int width)
        : base("resnet18", 8 * width)
    {
        conv1 = nn.Conv2d(channels, width, 3, padding: 1, bias: false);
        bn1 = nn.BatchNorm2d(width);
        layer1 = Layer(width, width, 1);
        layer2 = Layer(width, 2 * width, 2);
        layer3 = Layer(2 * width, 4 * width, 2);
        layer4 = Layer(4 * width, 8 * width, 2);
        RegisterComponents();
    }

    public override IReadOnlyList<IReadOnlyList<string>> Layers { get; } =
        [[nameof(conv1), nameof(bn1)], [nameof(layer1)], [nameof(layer2)], [nameof(layer3)], [nameof(layer4)]];

    public override IReadOnlyList<int> LevelWidths => [Width / 8, Width / 4, Width / 2, Width];

    public override Features Encode(Tensor input)
    {
        var first = layer1.forward(nn.functional.relu(bn1.Normalize(conv1.forward(input))));    // [N, W, S, S]
        var second = layer2.forward(first);                                                      // [N, 2W, S/2, S/2]
        var third = layer3.forward(second);                                                      // [N, 4W, S/4, S/4]
        return Features.OfMap([first, second, third, layer4.forward(third)]);                    // [N, 8W, S/8, S/8]
    }

    private static Sequential Layer(int from, int to, int stride) =>
        nn.Sequential(("0", new BasicBlock(from, to, stride)), ("1", new BasicBlock(to, to, 1)));
}

internal sealed class BasicBlock : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? downsample;
    private readonly (Conv2d Conv, BatchNorm2d Norm)? shortcut;

    public BasicBlock(int from, int to, int stride)
        : base("block")
    {
        conv1 = nn.Conv2d(from, to, 3, stride: stride, padding: 1, bias: false);
        bn1 = nn.BatchNorm2d(to);
        conv2 = nn.Conv2d(to, to, 3, padding: 1, bias: false);
        bn2 = nn.BatchNorm2d(to);
        if (stride != 1 || from != to)
        {
            shortcut = (nn.Conv2d(from, to, 1, stride: stride, bias: false), nn.BatchNorm2d(to));
            downsample = nn.Sequential(("0", shortcut.Value.Conv), ("1", shortcut.Value.Norm));
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var x = nn.functional.relu(bn1.Normalize(conv1.forward(input)));
        x = bn2.Normalize(conv2.forward(x));
        return nn.functional.relu(x.Plus(shortcut is var (conv, norm) ? norm.Normalize(conv.forward(input)) : input));
    }
}
