using MassTransit;

namespace Pipeline.Hosting.Events;

/// <summary>For one of the services: who hosts it does not matter, as it works from a queue.</summary>
public static class OutgoingEventsRegistration
{
    public static void AddOutgoingEvents(this IBusRegistrationConfigurator bus) => bus.AddConsumer<OutgoingEventsConsumer>();
}
