from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_sns as sns
from cdk_coding_agents import (
    AgentAlarms,
    AgentAuditTrail,
    AgentCli,
    AgentDashboard,
    AgentNetwork,
    BedrockModel,
    BedrockModelMetrics,
    CodingAgent,
    DashboardSegment,
    Filesystem,
    InboundAuth,
    JobLimits,
    ModelPrices,
    ModelRoute,
    ReasoningEffort,
    S3FilesAccessPoint,
    S3FilesFileSystem,
)
from constructs import Construct

from team_tools import TeamTools

# the same skills as the TypeScript sample has; replace by a folder of yours
SKILLS = Path(__file__).resolve().parents[3] / "bin" / "skills"


class SampleStack(cdk.Stack):
    """Two coding agents side by side: a workspace for each session, the team's skills and tools, a cache for each."""

    def __init__(
        self, scope: Construct, construct_id: str, *, network: AgentNetwork, settings: dict, **kwargs
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        tool_settings = settings["tools"]

        # people sign in at the company's identity provider; the same value guards the tools and the agents
        employees = InboundAuth.jwt(
            discovery_url=settings["discoveryUrl"],
            allowed_clients=[tool_settings["laptopClientId"], tool_settings["portalClientId"]],
        )
        tools = TeamTools(self, "Tools", employees=employees, settings=tool_settings)

        # a skills library that is also a bucket: change it with a pull request or with `aws s3 sync`
        skills = S3FilesFileSystem(self, "Skills", network=network, seed=str(SKILLS))

        # a dependency cache; nobody mounts it without IAM
        cache = efs.FileSystem(
            self,
            "Cache",
            vpc=network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=network.subnets),
            allow_anonymous_access=False,
            lifecycle_policy=efs.LifecyclePolicy.AFTER_30_DAYS,
        )

        library = skills.add_access_point("Agents", path="/skills")

        def common(agent: str) -> dict:
            return {
                "network": network,
                "inbound_auth": employees,
                "gateway": tools.gateway,
                "git_credential": tools.git_credential_for(agent),
                "idle_timeout": cdk.Duration.minutes(30),
                "filesystems": [
                    Filesystem.session_storage("/mnt/workspace"),
                    Filesystem.from_s3_files_access_point(library, "/mnt/skills", read_only=True),
                    # a directory for each: what one agent writes there, the other would run
                    Filesystem.from_efs_access_point(cache.add_access_point(agent, **cache_of(agent)), "/mnt/cache"),
                ],
            }

        # same network, same skills; a role, a model, a cache and logs of its own for each
        claude = CodingAgent(
            self,
            "Claude",
            cli=AgentCli.claude_code(limits=JobLimits(duration=cdk.Duration.hours(2), dollars=20)),
            model=ModelRoute.bedrock([BedrockModel.global_inference_profile(settings["claudeModel"])]),
            **common("Claude"),
        )
        codex = CodingAgent(
            self,
            "Codex",
            cli=AgentCli.codex(effort=ReasoningEffort.HIGH, limits=JobLimits(duration=cdk.Duration.hours(2))),
            model=ModelRoute.bedrock([BedrockModel.foundation(settings["codexModel"])]),
            **common("Codex"),
        )

        claude.add_outputs()
        codex.add_outputs()

        # tokens are most of the bill; those of Codex are not among these metrics, see docs/dashboard.md
        prices = settings["claudePrices"]
        models = DashboardSegment.bedrock_models(
            [
                BedrockModelMetrics(
                    model_id=settings["claudeModel"],
                    label="Claude",
                    prices=ModelPrices(
                        input=prices["input"],
                        output=prices["output"],
                        cache_read=prices["cacheRead"],
                        cache_write=prices["cacheWrite"],
                    ),
                )
            ]
        )

        # subscribe the people on call to this topic
        watch = [claude, codex, tools.gateway, tools.broker, models]
        alarms = AgentAlarms(self, "Alarms", watch=watch, topic=sns.Topic(self, "OnCall", enforce_ssl=True))
        AgentDashboard(self, "Dashboard", segments=[alarms, *watch])
        AgentAuditTrail(self, "Audit", of=[claude, codex, tools.gateway])


def cache_of(agent: str) -> dict:
    return {
        "path": f"/{agent.lower()}",
        "posix_user": S3FilesAccessPoint.AGENT_USER,
        "create_acl": efs.Acl(owner_uid="1000", owner_gid="1000", permissions="750"),
    }
