using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Pipeline.Learning.Native;

/// <summary>The device of a process, for whichever of its stages work with torch.</summary>
public static class TorchRegistration
{
    public static IServiceCollection AddTorch(this IServiceCollection services)
    {
        services.AddOptions<TorchOptions>().BindConfiguration("Torch", binder => binder.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(provider => new TorchDevice(provider.GetRequiredService<IOptions<TorchOptions>>().Value));
        return services;
    }
}
