"""Time: when something happens, and what follows silence. Whether it may happen is a service's answer.

Workflow code never touches NATS or SQL; it asks and orders through activities, which speak gRPC.
"""
