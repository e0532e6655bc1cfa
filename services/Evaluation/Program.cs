using Pipeline.Evaluation;
using Pipeline.Hosting.Events;
using Pipeline.Hosting.Services;

return await ServiceHost.RunAsync(args, Stage.Evaluation, services => services.AddEvaluation(), bus =>
{
    bus.AddEvaluationConsumers();
    bus.AddConsumer<OutgoingEventsConsumer>();
});
