package com.example;

import io.github.cdkcodingagents.AgentCli;
import io.github.cdkcodingagents.AgentNetwork;
import io.github.cdkcodingagents.BedrockModel;
import io.github.cdkcodingagents.CodingAgent;
import io.github.cdkcodingagents.Filesystem;
import io.github.cdkcodingagents.ModelRoute;
import java.util.List;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;

public final class MinimalApp {
  public static void main(final String[] args) {
    App app = new App();

    // a stack of its own: the network outlives the agents
    AgentNetwork network = new AgentNetwork(new Stack(app, "MinimalNetwork"), "Network");

    Stack stack = new Stack(app, "MinimalAgent");
    CodingAgent agent = CodingAgent.Builder.create(stack, "Agent")
        .cli(AgentCli.claudeCode())
        .model(ModelRoute.bedrock(List.of(BedrockModel.globalInferenceProfile("global.anthropic.claude-opus-5-5"))))
        .network(network)
        .filesystems(List.of(Filesystem.sessionStorage("/mnt/workspace")))
        .build();
    agent.addOutputs();

    app.synth();
  }
}
