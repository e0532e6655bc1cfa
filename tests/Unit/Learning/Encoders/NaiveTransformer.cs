using static TorchSharp.torch;

namespace Pipeline.Tests.Unit.Learning.Encoders;

/// <summary>Transformers number by number, for one sample without padding.</summary>
internal sealed class NaiveTransformer(nn.Module encoder, TransformerSpec shape)
{
    private readonly Dictionary<string, (double[] Values, long[] Shape)> weights =
        encoder.state_dict().ToDictionary(entry => entry.Key, entry => (Doubles(entry.Value), entry.Value.shape));

    /// <returns>Shape [T, D].</returns>
    public double[][] Own(long[] tokens)
    {
        var x = tokens.Select((token, place) => shape.Position == "learned" ? Sum(Row("tokens.weight", token), Row("positions.weight", place)) : Row("tokens.weight", token)).ToArray();
        x = shape.Norm == "post" ? Norm(x, "before") : x;
        for (var block = 0; block < shape.Layers; block++)
        {
            var name = $"blocks.{block}.";
            double[][] Attended(double[][] y)
            {
                var all = Linear(y, name + "attention");
                double[][] Part(int part) => [.. all.Select(row => row[(part * shape.Width)..((part + 1) * shape.Width)])];
                return Linear(Attend(Part(0), Part(1), Part(2)), name + "joined");
            }

            double[][] Fed(double[][] y) => Linear(Gelu(Linear(y, name + "wide")), name + "narrow");
            x = shape.Norm == "pre" ? Sum(x, Attended(Norm(x, name + "norm1"))) : Norm(Sum(x, Attended(x)), name + "norm1");
            x = shape.Norm == "pre" ? Sum(x, Fed(Norm(x, name + "norm2"))) : Norm(Sum(x, Fed(x)), name + "norm2");
        }

        return shape.Norm == "pre" ? Norm(x, "after") : x;
    }

    /// <returns>Shape [T, D].</returns>
    public double[][] Bert(long[] tokens)
    {
        const string Embeddings = "embeddings.";
        var x = Norm(
            [.. tokens.Select((token, place) => Sum(Sum(Row(Embeddings + "word_embeddings.weight", token), Row(Embeddings + "position_embeddings.weight", place)), Row(Embeddings + "token_type_embeddings.weight", 0)))],
            Embeddings + "LayerNorm");
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var name = $"encoder.layer.{layer}.";
            var self = name + "attention.self.";
            var attended = Attend(Linear(x, self + "query"), Linear(x, self + "key"), Linear(x, self + "value"));
            x = Norm(Sum(x, Linear(attended, name + "attention.output.dense")), name + "attention.output.LayerNorm");
            x = Norm(Sum(x, Linear(Gelu(Linear(x, name + "intermediate.dense")), name + "output.dense")), name + "output.LayerNorm");
        }

        return x;
    }

    public static double[] Doubles(Tensor tensor) => tensor.detach().to(float64).contiguous().data<double>().ToArray();

    /// <summary>Numbers i and i + d/2 of each head as a complex number, times e to the i · place · 10000^(−2i/d).</summary>
    public static double[][] Turned(double[][] x, int heads)
    {
        var d = x[0].Length / heads;
        var result = x.Select(row => row.ToArray()).ToArray();
        for (var place = 0; place < x.Length; place++)
        {
            for (var pair = 0; pair < heads * d / 2; pair++)
            {
                var (first, i) = ((pair / (d / 2) * d) + (pair % (d / 2)), pair % (d / 2));
                var turn = System.Numerics.Complex.FromPolarCoordinates(1, place / Math.Pow(10_000, 2.0 * i / d));
                var turned = turn * new System.Numerics.Complex(x[place][first], x[place][first + (d / 2)]);
                (result[place][first], result[place][first + (d / 2)]) = (turned.Real, turned.Imaginary);
            }
        }

        return result;
    }

    private double[][] Attend(double[][] query, double[][] key, double[][] value)
    {
        (query, key) = shape.Position == "rotary" ? (Turned(query, shape.Heads), Turned(key, shape.Heads)) : (query, key);
        var d = shape.Width / shape.Heads;
        var result = query.Select(row => new double[row.Length]).ToArray();
        for (var head = 0; head < shape.Heads; head++)
        {
            for (var asking = 0; asking < query.Length; asking++)
            {
                var scores = new double[key.Length];
                for (var asked = 0; asked < key.Length; asked++)
                {
                    for (var i = head * d; i < (head + 1) * d; i++)
                    {
                        scores[asked] += query[asking][i] * key[asked][i] / Math.Sqrt(d);
                    }
                }

                var sum = scores.Sum(Math.Exp);
                for (var asked = 0; asked < key.Length; asked++)
                {
                    for (var i = head * d; i < (head + 1) * d; i++)
                    {
                        result[asking][i] += Math.Exp(scores[asked]) / sum * value[asked][i];
                    }
                }
            }
        }

        return result;
    }

    private double[] Row(string name, long row)
    {
        var (values, shape) = weights[name];
        return values[(int)(row * shape[1])..(int)((row + 1) * shape[1])];
    }

    private double[][] Linear(double[][] x, string name)
    {
        var bias = weights[name + ".bias"].Values;
        var rows = Enumerable.Range(0, bias.Length).Select(output => Row(name + ".weight", output)).ToArray();
        return [.. x.Select(input => rows.Select((row, output) => bias[output] + row.Zip(input, (a, b) => a * b).Sum()).ToArray())];
    }

    private double[][] Norm(double[][] x, string name) =>
    [
        .. x.Select(row =>
        {
            var mean = row.Average();
            var variance = row.Average(number => (number - mean) * (number - mean));
            return row.Select((number, i) => ((number - mean) / Math.Sqrt(variance + 1e-12) * weights[name + ".weight"].Values[i]) + weights[name + ".bias"].Values[i]).ToArray();
        }),
    ];

    private static double[][] Gelu(double[][] x) => [.. x.Select(row => row.Select(number => number * (1 + Erf(number / Math.Sqrt(2))) / 2).ToArray())];

    // Its power series.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 4)
        {
            return Math.Sign(x);
        }

        var (term, sum) = (x, x);
        for (var n = 1; n < 100; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double[][] Sum(double[][] a, double[][] b) => [.. a.Zip(b, Sum)];
}
