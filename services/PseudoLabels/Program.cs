using Pipeline.Hosting.Services;
using Pipeline.PseudoLabels;

return await ServiceHost.RunAsync(args, Stage.PseudoLabels, services => services.AddPseudoLabels(), bus => bus.AddPseudoLabelsConsumers());
