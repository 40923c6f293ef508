import aws_cdk as cdk

from network_stack import NetworkStack
from sample_stack import SampleStack

app = cdk.App()
settings = app.node.get_context("sample")

network_stack = NetworkStack(
    app,
    "CodingAgentsNetwork",
    description="Where coding agents run",
    allowed_domains=settings["allowedDomains"],
)
SampleStack(
    app,
    "CodingAgents",
    description="Coding agents on Amazon Bedrock AgentCore",
    network=network_stack.network,
    settings=settings,
)

app.synth()
