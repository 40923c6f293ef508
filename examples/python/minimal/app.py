import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from cdk_coding_agents import AgentCli, AgentNetwork, BedrockModel, CodingAgent, Filesystem, ModelRoute

app = cdk.App()

# a stack of its own: the network outlives the agents
network = AgentNetwork(cdk.Stack(app, "MinimalNetwork"), "Network")

stack = cdk.Stack(app, "MinimalAgent")
image = ecr.Repository.from_repository_name(stack, "Image", "coding-agents/claude-code")
agent = CodingAgent(
    stack,
    "Agent",
    cli=AgentCli.from_repository(image, "2.1.0"),
    model=ModelRoute.bedrock([BedrockModel.global_inference_profile("global.anthropic.claude-opus-4-6-v1")]),
    network=network,
    filesystems=[Filesystem.session_storage("/mnt/workspace")],
)
agent.add_outputs()

app.synth()
