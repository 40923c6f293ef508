import aws_cdk as cdk
from cdk_coding_agents import AgentCli, AgentNetwork, BedrockModel, CodingAgent, Filesystem, ModelRoute

app = cdk.App()

# a stack of its own: the network outlives the agents
network = AgentNetwork(cdk.Stack(app, "MinimalNetwork"), "Network")

agent = CodingAgent(
    cdk.Stack(app, "MinimalAgent"),
    "Agent",
    cli=AgentCli.claude_code(),
    model=ModelRoute.bedrock([BedrockModel.global_inference_profile("global.anthropic.claude-opus-5-5")]),
    network=network,
    filesystems=[Filesystem.session_storage("/mnt/workspace")],
)
agent.add_outputs()

app.synth()
