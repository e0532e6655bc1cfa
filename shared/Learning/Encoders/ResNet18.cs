using Pipeline.Learning.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Learning.Encoders;

/// <summary>ResNet-18 (He et al. 2016, arXiv:1512.03385) with the 3×3 stem for small images, no first pooling and no classifier: 11.2
/// million weights at width 64. Parameter names are torchvision's.</summary>
internal sealed class ResNet18 : Encoder
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Sequential _layer1;
    private readonly Sequential _layer2;
    private readonly Sequential _layer3;
    private readonly Sequential _layer4;

    public ResNet18(int channels, int width)
        : base("resnet18", 8 * width)
    {
        _conv1 = nn.Conv2d(channels, width, 3, padding: 1, bias: false);
        _bn1 = nn.BatchNorm2d(width);
        _layer1 = Layer(width, width, 1);
        _layer2 = Layer(width, 2 * width, 2);
        _layer3 = Layer(2 * width, 4 * width, 2);
        _layer4 = Layer(4 * width, 8 * width, 2);
        RegisterComponents();
    }

    public override IReadOnlyList<IReadOnlyList<string>> Layers { get; } =
        [[nameof(_conv1), nameof(_bn1)], [nameof(_layer1)], [nameof(_layer2)], [nameof(_layer3)], [nameof(_layer4)]];

    public override Tensor forward(Tensor input)
    {
        var x = nn.functional.relu(_bn1.Normalize(_conv1.forward(input)));                                         // [N, W, S, S]
        x = _layer4.forward(_layer3.forward(_layer2.forward(_layer1.forward(x))));                                 // [N, 8W, S/8, S/8]
        return x.mean([2, 3]);                                                                                 // [N, 8W]
    }

    private static Sequential Layer(int from, int to, int stride) =>
        nn.Sequential(("0", new BasicBlock(from, to, stride)), ("1", new BasicBlock(to, to, 1)));
}

internal sealed class BasicBlock : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Conv2d _conv2;
    private readonly BatchNorm2d _bn2;
    private readonly Sequential? _downsample;
    private readonly (Conv2d Conv, BatchNorm2d Norm)? _shortcut;

    public BasicBlock(int from, int to, int stride)
        : base("block")
    {
        _conv1 = nn.Conv2d(from, to, 3, stride: stride, padding: 1, bias: false);
        _bn1 = nn.BatchNorm2d(to);
        _conv2 = nn.Conv2d(to, to, 3, padding: 1, bias: false);
        _bn2 = nn.BatchNorm2d(to);
        if (stride != 1 || from != to)
        {
            _shortcut = (nn.Conv2d(from, to, 1, stride: stride, bias: false), nn.BatchNorm2d(to));
            _downsample = nn.Sequential(("0", _shortcut.Value.Conv), ("1", _shortcut.Value.Norm));
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var x = nn.functional.relu(_bn1.Normalize(_conv1.forward(input)));
        x = _bn2.Normalize(_conv2.forward(x));
        return nn.functional.relu(x.Plus(_shortcut is var (conv, norm) ? norm.Normalize(conv.forward(input)) : input));
    }
}
