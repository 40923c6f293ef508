package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	agents "github.com/cdk-coding-agents/cdk-coding-agents-go/cdkcodingagents"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)

	// a stack of its own: the network outlives the agents
	network := agents.NewAgentNetwork(awscdk.NewStack(app, jsii.String("MinimalNetwork"), nil), jsii.String("Network"), nil)

	stack := awscdk.NewStack(app, jsii.String("MinimalAgent"), nil)
	model := jsii.String("global.anthropic.claude-opus-5-5")
	agent := agents.NewCodingAgent(stack, jsii.String("Agent"), &agents.CodingAgentProps{
		Cli:         agents.AgentCli_ClaudeCode(nil),
		Model:       agents.ModelRoute_Bedrock(&[]agents.BedrockModel{agents.BedrockModel_GlobalInferenceProfile(model)}),
		Network:     network,
		Filesystems: &[]agents.Filesystem{agents.Filesystem_SessionStorage(jsii.String("/mnt/workspace"))},
	})
	agent.AddOutputs()

	app.Synth(nil)
}
