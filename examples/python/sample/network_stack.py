import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from cdk_coding_agents import AgentNetwork, Egress
from constructs import Construct


class NetworkStack(cdk.Stack):
    """The network lives longer than the agents: AgentCore holds its interfaces for hours after an agent is deleted."""

    def __init__(self, scope: Construct, construct_id: str, *, allowed_domains: list[str], **kwargs) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.network = AgentNetwork(
            self,
            "Network",
            egress=Egress.allow_list(allowed_domains) if allowed_domains else Egress.aws_only(),
        )
        # for the git credential helper, which asks a function for its token
        self.network.add_interface_endpoint(ec2.InterfaceVpcEndpointAwsService.LAMBDA_)
        # for Codex, which speaks OpenAI's API with Amazon Bedrock
        self.network.add_interface_endpoint(ec2.InterfaceVpcEndpointAwsService("bedrock-mantle"))
