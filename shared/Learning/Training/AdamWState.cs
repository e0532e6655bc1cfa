using Pipeline.Artifacts.Safetensors;
using Pipeline.Learning.Weights;
using TorchSharp.Modules;

namespace Pipeline.Learning.Training;

/// <summary>AdamW's moments and step counts as safetensors: <c>optimizer.N.exp_avg</c>, <c>.exp_avg_sq</c>, <c>.step</c>, N counting parameters.</summary>
public static class AdamWState
{
    public static IEnumerable<SafetensorsTensor> StateTensors(this AdamW optimizer)
    {
        foreach (var (index, state) in States(optimizer))
        {
            yield return ModuleTensors.ToSafetensors($"optimizer.{index}.exp_avg", state.exp_avg);
            yield return ModuleTensors.ToSafetensors($"optimizer.{index}.exp_avg_sq", state.exp_avg_sq);
            yield return SafetensorsTensor.Of<long>($"optimizer.{index}.step", [state.step], 1);
        }
    }

    public static void LoadState(this AdamW optimizer, SafetensorsFile file)
    {
        foreach (var (index, state) in States(optimizer))
        {
            ModuleTensors.CopyInto(state.exp_avg, file, $"optimizer.{index}.exp_avg");
            ModuleTensors.CopyInto(state.exp_avg_sq, file, $"optimizer.{index}.exp_avg_sq");
            state.step = file.Read<long>($"optimizer.{index}.step")[0];
        }
    }

    private static IEnumerable<(int Index, AdamW.State State)> States(AdamW optimizer) =>
        optimizer.state_dict().State.Cast<AdamW.State>().Select((state, index) => (index, state));
}
